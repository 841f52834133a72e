import { byId, element, icon, momentOf } from './dom.js';

let waiting;

/** Asks soon what is live where, once for many calls. */
export function refreshEnvironments(model, delay = 250) {
  waiting ??= setTimeout(() => void refresh(model), delay);
}

async function refresh(model) {
  waiting = undefined;
  try {
    const [environments, held, handoffs] = await Promise.all(
      ['/playground/environments', '/playground/held', '/playground/handoffs'].map(itemsAt),
    );
    drawEnvironments(model, { environments, held, handoffs });
  } catch {
    // The next event or the next round asks again.
  }
}

async function itemsAt(path) {
  return (await (await fetch(path)).json()).items;
}

function drawEnvironments(model, { environments, held, handoffs }) {
  byId('environments').hidden = environments.length === 0;
  const cards = [
    ...environments.map((environment) => card(model, environment)),
    held.length > 0 && heldCard(model, held),
    ...handoffs.map((handoff) => handoffCard(model, handoff)),
  ];
  const list = byId('environment-list');
  // Screen readers and selections are not disturbed when nothing has changed.
  const next = element('div', {}, ...cards);
  if (list.innerHTML !== next.innerHTML) list.replaceChildren(...next.childNodes);
}

function card(model, { name, services, locks = [], freeze }) {
  return element(
    'section',
    { class: 'environment', 'aria-label': name },
    element('h3', {}, name),
    ...locks.map((lock) => lockRow(model, lock)),
    freeze ? freezeRow(model, freeze) : undefined,
    element('ul', {}, ...services.map((service) => serviceRow(model, service))),
  );
}

/** What waits for approvals or for its turn, and why. */
function heldCard(model, held) {
  const rows = held.map(({ service, environment, summary, state, requested_by: by }) =>
    element(
      'li',
      { class: 'service busy' },
      element('span', { class: 'dot', 'aria-hidden': 'true' }),
      element('span', { class: 'service-name' }, `${service} to ${environment}`),
      element(
        'span',
        { class: 'service-state' },
        `for ${model.nameOf(by)}. ${summary || (state === 'awaiting_approval' ? 'It waits for an approval.' : '')}`,
      ),
    ),
  );
  const title = element('h3', {}, 'What waits');
  return element(
    'section',
    { class: 'environment', 'aria-label': 'What waits' },
    title,
    element('ul', {}, ...rows),
  );
}

/** The next handoff, and who has the last one. */
function handoffCard(model, { from, to, next, last }) {
  const when = (moment) => momentOf(new Date(moment), model.timezone());
  const whose = last?.taken_by ? `${model.nameOf(last.taken_by)} has it` : 'nobody has it yet';
  return element(
    'section',
    { class: 'environment', 'aria-label': `Handoff ${from} to ${to}` },
    element('h3', {}, `Handoff ${from} → ${to}`),
    next ? element('p', { class: 'service-state' }, `Next ${when(next.at)}`) : undefined,
    last
      ? element('p', { class: 'service-state' }, `Last ${when(last.due_at)}: ${last.open} open, ${whose}`)
      : undefined,
  );
}

function serviceRow(model, { name, live, running = [] }) {
  const busy = running.length > 0;
  return element(
    'li',
    { class: busy ? 'service busy' : live ? 'service live' : 'service' },
    element('span', { class: 'dot', 'aria-hidden': 'true' }),
    element('span', { class: 'service-name' }, name),
    element(
      'span',
      { class: 'service-state' },
      busy ? 'deploying…' : live ? element('code', {}, `${live.ref} ${live.sha.slice(0, 7)}`) : 'nothing yet',
      live && !busy
        ? element(
            'span',
            { class: 'since' },
            ` since ${momentOf(new Date(live.since), model.timezone())} by ${model.nameOf(live.by)}`,
          )
        : undefined,
    ),
  );
}

function freezeRow(model, { reason, until }) {
  const end = until ? ` until ${momentOf(new Date(until), model.timezone())}` : '';
  return element('p', { class: 'lock' }, `Frozen${end}: ${reason}`);
}

function lockRow(model, { holder, reason, until, scope }) {
  const end = until ? ` until ${momentOf(new Date(until), model.timezone())}` : '';
  return element(
    'p',
    { class: 'lock', title: scope },
    icon('lock'),
    ` ${model.nameOf(holder)} holds the lock${end}${reason ? `: ${reason}` : ''}`,
  );
}
