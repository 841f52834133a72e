import { byId, element, icon, timeOfDay } from './dom.js';

/** People to type as, channels and the direct messages, with what is unread for each. */
export function drawSidebar(model, { pickPerson, pickChannel }) {
  byId('people').replaceChildren(...model.people.map((person) => personRow(model, person, pickPerson)));
  byId('channels').replaceChildren(
    ...model.channels.map(({ id, name }) =>
      channelRow(
        model,
        id,
        [element('span', { class: 'hash', 'aria-hidden': 'true' }, '#'), name],
        pickChannel,
      ),
    ),
  );
  const app = [
    element('span', { class: 'avatar small app', 'aria-hidden': 'true' }, icon('mark')),
    model.app.name,
  ];
  byId('direct').replaceChildren(channelRow(model, model.me().direct, app, pickChannel));
}

function personRow(model, person, pick) {
  const mine = person.id === model.user;
  const unread = mine ? 0 : model.unreadPrivately(person.id);
  return element(
    'label',
    { class: `person ${mine ? 'current' : ''}` },
    element('input', {
      type: 'radio',
      name: 'person',
      value: person.id,
      checked: mine,
      on: { change: () => pick(person.id) },
    }),
    avatar(person),
    element(
      'span',
      { class: 'who' },
      element('strong', {}, person.realName),
      element('span', { class: 'where' }, `${person.site ?? person.timezone} · `, localTime(person.timezone)),
    ),
    unread > 0 && badge(unread, `${unread} unread for ${person.realName}`),
  );
}

function channelRow(model, id, label, pick) {
  const current = id === model.channel;
  const unread = current ? 0 : model.unreadIn(id);
  return element(
    'li',
    {},
    element(
      'button',
      {
        type: 'button',
        class: `channel-row ${current ? 'current' : ''}`,
        'aria-current': current ? 'page' : undefined,
        on: { click: () => pick(id) },
      },
      ...label,
      unread > 0 && badge(unread, `${unread} unread`),
    ),
  );
}

function badge(count, label) {
  return element('span', { class: 'badge', 'aria-label': label }, String(count));
}

/** A person's initial on their colour; the app has its own mark. */
export function avatar({ id, realName }) {
  return element(
    'span',
    { class: `avatar ${id.toLowerCase()}`, 'aria-hidden': 'true' },
    realName.slice(0, 1),
  );
}

function localTime(timezone) {
  return element('time', { 'data-timezone': timezone }, timeOfDay(new Date(), timezone));
}

/** Keeps the local times right. */
export function tickLocalTimes() {
  for (const shown of document.querySelectorAll('time[data-timezone]')) {
    shown.textContent = timeOfDay(new Date(), shown.dataset.timezone);
  }
}
