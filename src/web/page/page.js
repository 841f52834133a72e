const EVERY_MS = 5_000;
const part = (id) => document.getElementById(id);
/** Names of people by their ids. */
let names = new Map();
const nameOf = (id) => names.get(id) ?? id;

part('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  void signIn();
});
part('sign-out').addEventListener('click', () => void signOut());

async function signIn() {
  const answer = await fetch('/page/sign-in', { method: 'POST', body: part('token').value });
  part('refused').textContent = answer.ok ? '' : 'That is not the token.';
  if (!answer.ok) return;
  part('token').value = '';
  await refresh();
}

async function signOut() {
  await fetch('/page/sign-out', { method: 'POST' });
  showSignIn();
}

async function refresh() {
  try {
    const asked = [
      'environments',
      'deployments?held=true&limit=50',
      'deployments?limit=20',
      'handoffs',
      'people',
    ];
    const answers = await Promise.all(asked.map(ask));
    const [environments, held, deployments, handoffs, people] = answers;
    if (answers.includes(undefined)) return showSignIn();
    names = new Map(people.items.map(({ id, name }) => [id, name]));
    part('environments').replaceChildren(...environments.items.map(environmentCard));
    part('held').replaceChildren(...held.items.map(deploymentRow));
    part('waits').hidden = held.items.length === 0;
    part('deployments').replaceChildren(...deployments.items.map(deploymentRow));
    part('handoffs').replaceChildren(...handoffs.items.map(handoffCard));
    part('handoffs-part').hidden = handoffs.items.length === 0;
    part('state').textContent = `As of ${new Date().toLocaleTimeString()}`;
    show({ signedIn: true });
  } catch {
    part('state').textContent = 'Baton does not answer at the moment. What is shown may be out of date.';
  }
}

/** What the API says, or undefined for somebody who has to sign in. */
async function ask(path) {
  const answer = await fetch(`/api/${path}`);
  if (answer.status === 401) return undefined;
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

function showSignIn() {
  part('environments').replaceChildren();
  part('held').replaceChildren();
  part('deployments').replaceChildren();
  part('handoffs').replaceChildren();
  part('state').textContent = '';
  show({ signedIn: false });
}

function show({ signedIn }) {
  part('sign-in').hidden = signedIn;
  part('main').hidden = !signedIn;
  part('sign-out').hidden = !signedIn;
}

function environmentCard({ name, services, locks, freeze, unreadable = [] }) {
  const list = element('dl', {});
  for (const service of services)
    list.append(element('dt', {}, service.name), element('dd', {}, ...liveOf(service)));
  const frozen = freeze === null ? [] : [freezeLine(freeze)];
  const card = element('article', {}, element('h3', {}, name), list, ...frozen, ...locks.map(lockLine));
  if (unreadable.length > 0)
    card.append(element('p', { class: 'unreadable' }, `Cannot be read: ${unreadable.join(', ')}`));
  return card;
}

function liveOf({ live, running }) {
  const what =
    live === null
      ? [element('span', { class: 'quiet' }, 'nothing yet')]
      : [
          `${live.ref} (${live.sha.slice(0, 7)})`,
          element('span', { class: 'quiet' }, ` by ${nameOf(live.by)}, `),
          time(live.since),
        ];
  return [...what, ...running.map((id) => element('div', { class: 'in_progress' }, `running: ${id}`))];
}

function lockLine({ scope, holder, reason, until, waiting, pull_request: tie, unreadable }) {
  if (unreadable) return element('p', { class: 'lock unreadable' }, `🔒 ${scope}: ${reason}`);
  const why = reason === '' ? '' : `, because “${reason}”`;
  return element(
    'p',
    { class: 'lock' },
    `🔒 ${scope}, held by ${nameOf(holder)}`,
    ...(until === null ? [] : [' until ', time(until)]),
    why,
    tie === null ? '' : `, for #${tie}`,
    waiting.length === 0 ? '' : `; waiting: ${waiting.map(nameOf).join(', ')}`,
  );
}

function freezeLine({ reason, until, unreadable }) {
  if (unreadable) return element('p', { class: 'lock unreadable' }, `❄ ${reason}`);
  const end = until === null ? [', never opens by itself'] : [' until ', time(until)];
  return element('p', { class: 'lock' }, '❄ frozen', ...end, `, because “${reason}”`);
}

function deploymentRow(deployment) {
  const { id, service, ref, sha, state, reason, summary, requested_by: by, created_at: at } = deployment;
  const why = [reason, summary, approvalsOf(deployment)].filter(Boolean).join(': ');
  const cells = [linked(deployment, id), service, `${ref} (${sha.slice(0, 7)})`];
  const named = element('td', { class: state }, state.replaceAll('_', ' '));
  return element('tr', {}, ...cells.map(cell), named, ...[why, nameOf(by), time(at)].map(cell));
}

function approvalsOf({ state, approved_by: by }) {
  if (state !== 'awaiting_approval') return '';
  return by.length === 0
    ? 'nobody has approved it yet'
    : `approved by ${by.map(nameOf).join(', ')}, and needs more`;
}

function handoffCard({ from, to, next, last }) {
  const when = next === null ? ['none within a week'] : [time(next.at), ` to ${next.to ?? 'nobody'}`];
  const card = element(
    'article',
    {},
    element('h3', {}, `${from} to ${to}`),
    element('p', {}, 'Next: ', ...when),
  );
  if (last === null) return card;
  const whose = last.taken_by === null ? last.state : `taken by ${nameOf(last.taken_by)}`;
  const lines = last.lines.map((line) => element('li', {}, line));
  const open = last.open === 0 ? 'nothing is open' : `${last.open} open`;
  card.append(
    element('p', {}, 'Last: ', time(last.due_at), `${last.late ? ' (late)' : ''}, ${whose}, ${open}`),
    element('ul', {}, ...lines),
  );
  return card;
}

function cell(content) {
  return element('td', {}, content);
}

/** To the log of the run, if that is a plain web address. */
function linked({ log_url: url }, text) {
  if (url === null || !/^https?:\/\//i.test(url)) return text;
  return element('a', { href: url, rel: 'noreferrer noopener', target: '_blank' }, text);
}

function time(instant) {
  return element('time', { datetime: instant }, new Date(instant).toLocaleString());
}

/** Text goes in as text: nothing that people wrote can become markup. */
function element(name, attributes, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
}

await refresh();
setInterval(() => {
  if (!document.hidden && !part('main').hidden) void refresh();
}, EVERY_MS);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && !part('main').hidden) void refresh();
});
