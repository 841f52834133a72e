import { renderContent } from './block-kit.js';
import { say, startComposer } from './composer.js';
import { byId, element, icon, instantOf, post, timeOfDay } from './dom.js';
import { refreshEnvironments } from './environments.js';
import { showModal } from './modal.js';
import { avatar, drawSidebar, tickLocalTimes } from './sidebar.js';

const model = {
  people: [],
  channels: [],
  commands: [],
  hints: [],
  items: [],
  names: new Map(),
  user: undefined,
  channel: undefined,
  /** The ts of the newest item that each person has seen in each channel. */
  seen: new Map(),
  openThreads: new Set(),

  me: () => model.people.find(({ id }) => id === model.user),
  timezone: () => model.me()?.timezone,
  nameOf: (id) => model.names.get(id) ?? id,
  visibleTo: (user, channel) =>
    model.items.filter((item) => item.channel === channel && (item.for === undefined || item.for === user)),
  unreadIn: (channel, user = model.user) => model.unread(user, channel).length,
  unread: (user, channel) =>
    model
      .visibleTo(user, channel)
      .filter(({ author, ts }) => author !== user && ts > (model.seen.get(`${user} ${channel}`) ?? '')),
  /** Answers and direct messages that only this person gets to see. */
  unreadPrivately: (user) => {
    const { direct } = model.people.find(({ id }) => id === user);
    const own = model.channels.flatMap(({ id }) =>
      model.unread(user, id).filter((item) => item.for === user),
    );
    return own.length + model.unread(user, direct).length;
  },
};

const composer = startComposer(model, { pickPerson });

function pickPerson(user) {
  const { direct } = model.me();
  model.user = user;
  if (model.channel === direct) model.channel = model.me().direct;
  drawAll();
  refreshEnvironments(model, 0);
  composer.focus();
}

function pickChannel(channel) {
  model.channel = channel;
  drawAll();
  composer.focus();
}

function drawAll() {
  const channel = model.channels.find(({ id }) => id === model.channel);
  byId('channel-name').textContent = channel ? `# ${channel.name}` : model.app.name;
  byId('channel-purpose').textContent =
    channel?.purpose ?? `Direct messages between ${model.me().realName} and ${model.app.name}`;
  const roots = model.visibleTo(model.user, model.channel).filter(({ thread }) => thread === undefined);
  byId('messages').replaceChildren(...roots.map((item, index) => row(item, roots[index - 1])));
  byId('welcome').hidden = channel === undefined || channel !== model.channels[0];
  composer.describe();
  settle();
  scrollToEnd();
}

function settle() {
  const newest = model.items.at(-1)?.ts;
  if (newest !== undefined && !document.hidden) model.seen.set(`${model.user} ${model.channel}`, newest);
  drawSidebar(model, { pickPerson, pickChannel });
}

function row(item, before) {
  const together =
    before?.author === item.author &&
    before.for === item.for &&
    before.kind === item.kind &&
    Number(item.ts) - Number(before.ts) < 180;
  return element(
    'li',
    { class: `message ${item.kind} ${together ? 'together' : ''}`, 'data-ts': item.ts },
    item.author.startsWith('U') && model.people.some(({ id }) => id === item.author)
      ? avatar(model.people.find(({ id }) => id === item.author))
      : element('span', { class: 'avatar app', 'aria-hidden': 'true' }, icon('mark')),
    element(
      'div',
      { class: 'body' },
      element(
        'div',
        { class: 'byline' },
        element('strong', {}, model.nameOf(item.author)),
        item.author === model.app.user && element('span', { class: 'tag' }, 'app'),
        element(
          'time',
          { datetime: instantOf(item.ts).toISOString() },
          timeOfDay(instantOf(item.ts), model.timezone()),
        ),
        item.for !== undefined && element('span', { class: 'private' }, icon('eye'), 'Only visible to you'),
      ),
      ...content(item),
      threadOf(item),
    ),
  );
}

function content(item) {
  if (item.kind === 'typed') return [element('code', { class: 'typed-text' }, item.text)];
  const view = { names: model.names, timezone: model.timezone(), press: (button) => press(item, button) };
  const click = item.clicks.at(-1);
  return [
    ...renderContent(item, view),
    element('div', { class: 'foot' }, editedMark(item.edits.length), click && clickedMark(click)),
  ];
}

function editedMark(edits) {
  const times = `Edited ${edits === 1 ? 'once' : `${edits} times`}`;
  return edits > 0 && element('span', { class: 'edited', title: times }, '(edited)');
}

function clickedMark({ user, label }) {
  return element('span', { class: 'clicked' }, `${model.nameOf(user)} clicked ${label}`);
}

function threadOf({ ts, channel }) {
  const replies = model.visibleTo(model.user, channel).filter(({ thread }) => thread === ts);
  if (replies.length === 0) return undefined;
  const toggle = ({ currentTarget }) =>
    currentTarget.open ? model.openThreads.add(ts) : model.openThreads.delete(ts);
  return element(
    'details',
    { class: 'thread', open: model.openThreads.has(ts), on: { toggle } },
    element('summary', {}, `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'} in the thread`),
    element('ol', {}, ...replies.map((reply, index) => row(reply, replies[index - 1]))),
  );
}

async function press(item, button) {
  const { channel, ts } = item;
  try {
    await post('/playground/click', { user: model.user, channel, ts, actionId: button.action_id });
  } catch (error) {
    say(error.message);
  }
}

/** Draws one new or changed item in its place, without touching the others. */
function drawItem(item) {
  if (item.channel !== model.channel || (item.for !== undefined && item.for !== model.user)) return settle();
  const end = isAtEnd();
  const root =
    item.thread === undefined
      ? item
      : model.items.find(({ ts, channel }) => ts === item.thread && channel === item.channel);
  if (root === undefined) return;
  const roots = model.visibleTo(model.user, model.channel).filter(({ thread }) => thread === undefined);
  const drawn = row(root, roots[roots.indexOf(root) - 1]);
  const old = document.querySelector(`#messages > [data-ts="${root.ts}"]`);
  if (old) drawn.classList.add('changed');
  if (old) old.replaceWith(drawn);
  else byId('messages').append(drawn);
  settle();
  if (end) scrollToEnd();
}

function isAtEnd() {
  const pane = byId('pane');
  return pane.scrollHeight - pane.scrollTop - pane.clientHeight < 120;
}

function scrollToEnd() {
  const pane = byId('pane');
  pane.scrollTop = pane.scrollHeight;
}

function takeState(state) {
  const first = model.user === undefined;
  Object.assign(model, state);
  model.names = new Map([
    ...state.people.map(({ id, realName }) => [id, realName]),
    ...state.channels.map(({ id, name }) => [id, name]),
    [state.app.user, state.app.name],
    ['USLACKBOT', 'Slack'],
  ]);
  if (first) {
    model.user = state.people[0].id;
    model.channel = state.channels[0].id;
    const newest = state.items.at(-1)?.ts ?? '';
    const places = state.people.flatMap(({ id, direct }) => [
      ...state.channels.map((channel) => `${id} ${channel.id}`),
      `${id} ${direct}`,
    ]);
    for (const place of places) model.seen.set(place, newest);
  }
  composer.drawHints();
  drawAll();
  if (first) composer.focus();
}

function takeItem(item) {
  const index = model.items.findIndex(({ ts, channel }) => ts === item.ts && channel === item.channel);
  if (item.deleted) {
    model.items = model.items.filter((each) => each.ts !== item.ts || each.channel !== item.channel);
    return drawAll();
  }
  if (index < 0) model.items.push(item);
  else model.items[index] = item;
  drawItem(item);
}

function showConnection(text) {
  byId('connection').textContent = text;
  byId('connection').classList.toggle('lost', text !== 'live');
}

function connect() {
  const events = new EventSource('/playground/events');
  events.addEventListener('open', () => showConnection('live'));
  events.addEventListener('error', () => showConnection('reconnecting…'));
  events.addEventListener('state', ({ data }) => {
    takeState(JSON.parse(data));
    refreshEnvironments(model, 0);
  });
  events.addEventListener('modal', ({ data }) => {
    const modal = JSON.parse(data);
    if (modal.user === model.user) showModal(modal, composer.focus);
  });
  events.addEventListener('item', ({ data }) => {
    takeItem(JSON.parse(data));
    refreshEnvironments(model);
  });
}

connect();
setInterval(tickLocalTimes, 10_000);
setInterval(() => refreshEnvironments(model), 10_000);
document.addEventListener('visibilitychange', () => model.user !== undefined && settle());
