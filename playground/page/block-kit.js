import { element } from './dom.js';
import { emoji } from './emoji.js';
import { linkTo, renderMrkdwn } from './mrkdwn.js';

/*
 * Block Kit as elements: docs.slack.dev/reference/block-kit. `view` is that of mrkdwn.js with `press`, which is called
 * with a button's description when somebody clicks it.
 */

const BLOCKS = {
  section: ({ text, fields, accessory }, view) =>
    element(
      'div',
      { class: 'section' },
      element(
        'div',
        { class: 'section-text' },
        text && element('div', { class: 'text' }, textOf(text, view)),
        fields &&
          element(
            'div',
            { class: 'fields' },
            ...fields.map((field) => element('div', {}, textOf(field, view))),
          ),
      ),
      accessory && element('div', { class: 'accessory' }, interactive(accessory, view)),
    ),
  header: ({ text }, view) => element('h3', { class: 'header' }, textOf(text, view)),
  divider: () => element('hr'),
  context: ({ elements }, view) =>
    element(
      'div',
      { class: 'context' },
      ...elements.map((each) =>
        each.type === 'image' ? picture(each) : element('span', {}, textOf(each, view)),
      ),
    ),
  actions: ({ elements }, view) =>
    element('div', { class: 'actions' }, ...elements.map((each) => interactive(each, view))),
  image: (block) =>
    element('figure', {}, block.title && element('figcaption', {}, block.title.text), picture(block)),
  markdown: ({ text }) => element('pre', { class: 'markdown' }, text),
  rich_text: ({ elements }, view) =>
    element('div', { class: 'rich' }, ...elements.map((each) => richPart(each, view))),
  table: ({ rows }, view) =>
    element(
      'table',
      {},
      ...rows.map((row) =>
        element('tr', {}, ...row.map((cell) => element('td', {}, cell.text ?? BLOCKS.rich_text(cell, view)))),
      ),
    ),
};

/** The blocks of a message, or its text where it has none. */
export function renderContent({ text, blocks }, view) {
  if (blocks.length === 0) return [element('div', { class: 'text' }, renderMrkdwn(text, view))];
  return blocks.map((block) => {
    const draw = BLOCKS[block.type];
    return draw
      ? draw(block, view)
      : element('p', { class: 'unknown' }, `This page cannot draw a block "${block.type}".`);
  });
}

function textOf({ type, text }, view) {
  if (type === 'mrkdwn') return renderMrkdwn(text, view);
  const drawn = document.createDocumentFragment();
  const parts = text.split(/:([a-z0-9_+-]+):/);
  drawn.append(...parts.map((part, index) => (index % 2 === 0 ? part : emoji(part))));
  return drawn;
}

function interactive(described, view) {
  if (described.type === 'image') return picture(described);
  if (described.type !== 'button') return element('span', { class: 'unknown' }, `(${described.type})`);
  const look = `button ${described.style ?? ''}`;
  if (described.url) {
    const link = linkTo(described.url, textOf(described.text, view));
    link.className = look;
    link.addEventListener('click', () => view.press(described));
    return link;
  }
  const press = async ({ currentTarget: button }) => {
    if (
      described.confirm &&
      !window.confirm(`${described.confirm.title.text}\n${described.confirm.text.text}`)
    )
      return;
    button.setAttribute('aria-busy', 'true');
    await view.press(described);
    button.removeAttribute('aria-busy');
  };
  const label = described.accessibility_label;
  return element(
    'button',
    { class: look, type: 'button', 'aria-label': label, on: { click: press } },
    textOf(described.text, view),
  );
}

/** The page loads nothing from elsewhere, so a picture from the net is drawn as its description. */
function picture({ image_url: url, alt_text: alt }) {
  return element('span', { class: 'picture', role: 'img', 'aria-label': alt, title: url }, alt);
}

function richPart(part, view) {
  const draw = {
    rich_text_section: () => element('div', {}, ...inlines(part, view)),
    rich_text_quote: () => element('blockquote', {}, ...inlines(part, view)),
    rich_text_preformatted: () => element('pre', {}, element('code', {}, ...inlines(part, view))),
    rich_text_list: () =>
      element(
        part.style === 'ordered' ? 'ol' : 'ul',
        {},
        ...part.elements.map((each) => element('li', {}, ...inlines(each, view))),
      ),
  }[part.type];
  return draw ? draw() : '';
}

function inlines({ elements }, view) {
  return elements.map((each) => {
    if (each.type === 'emoji') return emoji(each.name);
    if (each.type === 'user')
      return element('span', { class: 'mention' }, `@${view.names.get(each.user_id) ?? each.user_id}`);
    if (each.type === 'channel')
      return element('span', { class: 'mention' }, `#${view.names.get(each.channel_id) ?? each.channel_id}`);
    const inner = each.type === 'link' ? linkTo(each.url, each.text ?? each.url) : (each.text ?? '');
    return styled(inner, each.style ?? {});
  });
}

function styled(inner, style) {
  const tags = { bold: 'strong', italic: 'em', strike: 's', code: 'code' };
  return Object.entries(tags).reduce(
    (drawn, [name, tag]) => (style[name] ? element(tag, {}, drawn) : drawn),
    inner,
  );
}
