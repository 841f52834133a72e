/** What the page's own drawings do not cover; the reader's machine may have a font for it. */
const CHARACTERS = {
  '+1': '👍',
  alarm_clock: '⏰',
  arrow_right: '➡️',
  bell: '🔔',
  bust_in_silhouette: '👤',
  busts_in_silhouette: '👥',
  checkered_flag: '🏁',
  clipboard: '📋',
  closed_lock_with_key: '🔐',
  construction: '🚧',
  eyes: '👀',
  fire: '🔥',
  gear: '⚙️',
  hammer_and_wrench: '🛠️',
  handshake: '🤝',
  link: '🔗',
  mag: '🔍',
  memo: '📝',
  package: '📦',
  pencil: '📝',
  question: '❓',
  robot_face: '🤖',
  rotating_light: '🚨',
  test_tube: '🧪',
  ship: '🚢',
  snowflake: '❄️',
  tada: '🎉',
  thumbsup: '👍',
  wave: '👋',
  zzz: '💤',
};

const GREEN = '#2f9e63';
const RED = '#d6403d';
const AMBER = '#e39b1b';
const BLUE = '#3b78d8';
const GREY = '#8a94a6';

const disc = (fill) => ['circle', { cx: 12, cy: 12, r: 10, fill }];
const tile = (fill) => ['rect', { x: 2, y: 2, width: 20, height: 20, rx: 5, fill }];
const line = (d, stroke = '#fff', width = 3) => [
  'path',
  { d, stroke, fill: 'none', 'stroke-width': width, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' },
];
const shape = (d, fill) => ['path', { d, fill }];
const body = (fill) => ['rect', { x: 4, y: 10, width: 16, height: 12, rx: 2.5, fill }];

/** Drawn by us, so that they look the same where no font has them: 24 by 24. */
const DRAWINGS = {
  white_check_mark: [tile(GREEN), line('m7 12.5 3.5 3.5 6.5-8')],
  x: [line('m5 5 14 14M19 5 5 19', RED, 4.5)],
  no_entry: [disc(RED), line('M7 12h10', '#fff', 4)],
  no_entry_sign: [line('M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM6.2 6.2l11.6 11.6', RED, 3)],
  octagonal_sign: [shape('M8 2h8l6 6v8l-6 6H8l-6-6V8Z', RED), line('M8 12h8')],
  warning: [
    shape(
      'M12 2.5c.8 0 1.5.4 1.9 1.1l8 14.2c.9 1.5-.2 3.4-1.9 3.4H4c-1.7 0-2.8-1.9-1.9-3.4l8-14.2c.4-.7 1.1-1.1 1.9-1.1Z',
      AMBER,
    ),
    line('M12 9v5M12 17.6v.1', '#3a2500', 2.6),
  ],
  hourglass: [
    shape(
      'M6.5 4h11v2.6c0 2.3-3.4 3.7-3.4 5.4s3.4 3.1 3.4 5.4V20h-11v-2.6c0-2.3 3.4-3.7 3.4-5.4S6.5 8.9 6.5 6.6Z',
      '#f0c773',
    ),
    line('M5 3.5h14M5 20.5h14', '#8c5a1d', 3),
  ],
  rocket: [
    shape(
      'M20.5 3.5c-5.5-.6-9.7 1.3-12.2 6.2L4.5 10.5l3 2.5 3.5 3.5 2.5 3 .8-3.8c4.9-2.5 6.8-6.7 6.2-12.2Z',
      BLUE,
    ),
    ['circle', { cx: 15.5, cy: 8.5, r: 2.1, fill: '#fff' }],
    shape('M6.5 14.5c-2.3.5-3.3 3-3.5 6 3-.2 5.5-1.2 6-3.5Z', AMBER),
  ],
  lock: [line('M8 10V7.5a4 4 0 0 1 8 0V10', GREY), body(AMBER)],
  unlock: [line('M8 10V6.5a4 4 0 0 1 7.8-1.2', GREY), body(AMBER)],
  fast_forward: [tile(BLUE), shape('M5.5 7v10l6.5-5ZM12 7v10l6.5-5Z', '#fff')],
  rewind: [tile(BLUE), shape('M18.5 7v10L12 12ZM12 7v10l-6.5-5Z', '#fff')],
  arrows_counterclockwise: [
    tile(BLUE),
    line('M7 11a5.2 5.2 0 0 1 9.6-1.5M17 13a5.2 5.2 0 0 1-9.6 1.5M17 6.5v3h-3M7 17.5v-3h3', '#fff', 2),
  ],
  information_source: [tile(BLUE), line('M12 11v6M12 7.1v.1')],
  raised_hand: [
    shape(
      'M7 12V6.5a1.5 1.5 0 0 1 3 0V4a1.5 1.5 0 0 1 3 0v1.5a1.5 1.5 0 0 1 3 0V8a1.5 1.5 0 0 1 3 0v7a7 7 0 0 1-7 7c-3 0-4.7-1.5-6-4l-2.2-4.5c-.9-1.8 1.6-3.2 2.7-1.5Z',
      '#f0b64f',
    ),
  ],
  stopwatch: [disc(GREY), line('M12 7v5.5l3.5 2')],
  large_green_circle: [disc(GREEN)],
  large_yellow_circle: [disc('#e9c22a')],
  large_orange_circle: [disc(AMBER)],
  red_circle: [disc(RED)],
  large_blue_circle: [disc(BLUE)],
  white_circle: [['circle', { cx: 12, cy: 12, r: 9, fill: '#fff', stroke: GREY, 'stroke-width': 2 }]],
  black_circle: [disc('#2b303a')],
};
DRAWINGS.hourglass_flowing_sand = DRAWINGS.hourglass;
DRAWINGS.heavy_check_mark = DRAWINGS.white_check_mark;
DRAWINGS.leftwards_arrow_with_hook = DRAWINGS.rewind;

const SVG = 'http://www.w3.org/2000/svg';

/** A picture with its name for those who do not see it, or `:name:` when the page has none. */
export function emoji(name) {
  const known = Object.hasOwn(DRAWINGS, name) || Object.hasOwn(CHARACTERS, name);
  if (!known) return document.createTextNode(`:${name}:`);
  const shown = document.createElement('span');
  shown.className = 'emoji';
  shown.setAttribute('role', 'img');
  shown.setAttribute('aria-label', name.replaceAll('_', ' '));
  shown.title = `:${name}:`;
  shown.append(Object.hasOwn(DRAWINGS, name) ? draw(DRAWINGS[name]) : CHARACTERS[name]);
  return shown;
}

function draw(parts) {
  const drawing = document.createElementNS(SVG, 'svg');
  drawing.setAttribute('viewBox', '0 0 24 24');
  drawing.setAttribute('aria-hidden', 'true');
  for (const [tag, attributes] of parts) {
    const part = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
    drawing.append(part);
  }
  return drawing;
}
