import { byId, element, post } from './dom.js';

/** The message box: offers commands while one is typed, sends on Enter, finds earlier lines with the arrow keys. */
export function startComposer(model, { pickPerson }) {
  const field = byId('text');
  const options = byId('options');
  const composer = { model, field, options, chosen: -1, sent: [], recalled: 0 };
  field.addEventListener('input', () => offer(composer));
  field.addEventListener('keydown', (event) => onKey(composer, event));
  field.addEventListener('blur', () => hide(composer));
  byId('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    void send(composer);
  });
  return {
    drawHints: () => drawHints(composer, pickPerson),
    describe: () => describe(composer),
    focus: () => field.focus(),
  };
}

function describe({ model, field }) {
  field.placeholder = `Type as ${model.me().realName}: try /deploy staging`;
  byId('send-as').textContent = model.me().realName;
}

function drawHints(composer, pickPerson) {
  const { model } = composer;
  const chips = model.hints.map(({ user, text, says }) => {
    const propose = () => {
      pickPerson(user);
      composer.field.value = text;
      composer.field.focus();
      hide(composer);
    };
    const who = element('span', { class: `who-chip ${user.toLowerCase()}` }, model.nameOf(user));
    return element(
      'button',
      { class: 'chip', type: 'button', title: says, on: { click: propose } },
      who,
      element('code', {}, text),
    );
  });
  byId('hints').replaceChildren(...chips);
}

function fitting({ commands }, typed) {
  if (!typed.startsWith('/')) return [];
  const words = typed.slice(1).trimStart().toLowerCase();
  const starting = commands.filter(
    ({ name }) => name.startsWith(words.trimEnd()) || words.startsWith(`${name} `),
  );
  // With its arguments begun, only the longest name that fits says what may follow.
  const begun = starting.filter(({ name }) => words.startsWith(`${name} `));
  const further = starting.filter(({ name }) => name.startsWith(words.trimEnd()) && name !== words.trimEnd());
  const longest = begun.toSorted((one, other) => other.name.length - one.name.length).slice(0, 1);
  return begun.length > 0 ? [...longest, ...further] : starting;
}

function offer(composer) {
  const { model, field, options } = composer;
  composer.chosen = -1;
  const found = fitting(model, field.value);
  options.replaceChildren(...found.map((command, index) => optionRow(composer, command, index)));
  options.hidden = found.length === 0;
  field.setAttribute('aria-expanded', String(found.length > 0));
  field.removeAttribute('aria-activedescendant');
}

function optionRow(composer, { name, usage, summary }, index) {
  // On mousedown, because the blur of the field comes before the click.
  const mousedown = (event) => {
    event.preventDefault();
    take(composer, name);
  };
  return element(
    'li',
    { role: 'option', id: `option-${index}`, 'aria-selected': 'false', 'data-name': name, on: { mousedown } },
    element('code', {}, usage.startsWith('/') ? usage : `/${usage}`),
    element('span', {}, summary),
  );
}

function hide({ field, options }) {
  options.hidden = true;
  field.setAttribute('aria-expanded', 'false');
}

function take(composer, name) {
  composer.field.value = `/${name} `;
  composer.field.focus();
  offer(composer);
}

function onKey(composer, event) {
  const { field, options } = composer;
  const rows = options.hidden ? [] : [...options.children];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === 'Escape') hide(composer);
  else if (step !== undefined && rows.length > 0) {
    event.preventDefault();
    composer.chosen =
      (composer.chosen + step + rows.length + (composer.chosen < 0 && step < 0 ? 1 : 0)) % rows.length;
    for (const [index, row] of rows.entries())
      row.setAttribute('aria-selected', String(index === composer.chosen));
    field.setAttribute('aria-activedescendant', `option-${composer.chosen}`);
    rows[composer.chosen].scrollIntoView({ block: 'nearest' });
  } else if (step !== undefined) recall(composer, step, event);
  else if (rows.length > 0 && (event.key === 'Tab' || (event.key === 'Enter' && composer.chosen >= 0))) {
    event.preventDefault();
    take(composer, rows[Math.max(0, composer.chosen)].dataset.name);
  }
}

function recall(composer, step, event) {
  if (composer.sent.length === 0) return;
  event.preventDefault();
  composer.recalled = Math.min(composer.sent.length, Math.max(0, composer.recalled + step));
  composer.field.value = composer.sent[composer.recalled] ?? '';
}

async function send(composer) {
  const { model, field } = composer;
  const text = field.value.trim();
  if (text === '') return;
  field.value = '';
  hide(composer);
  composer.sent.push(text);
  composer.recalled = composer.sent.length;
  try {
    await post('/playground/type', { user: model.user, channel: model.channel, text });
    say('');
  } catch (error) {
    field.value ||= text;
    say(
      error instanceof TypeError ? 'Baton cannot be reached. Is `npm start` still running?' : error.message,
    );
  }
}

/** Something about the page itself, below the message box. */
export function say(text) {
  byId('notice').textContent = text;
}
