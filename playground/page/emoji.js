/** What the page's own drawings do not cover; the reader's machine may have a font for it. */
const CHARACTERS = {
  '+1': '👍',
  arrow_right: '➡️',
  bell: '🔔',
  bust_in_silhouette: '👤',
  clipboard: '📋',
  construction: '🚧',
  eyes: '👀',
  gear: '⚙️',
  hammer_and_wrench: '🛠️',
  mag: '🔍',
  pencil: '📝',
  robot_face: '🤖',
  ship: '🚢',
  tada: '🎉',
  thumbsup: '👍',
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
  fire: [
    shape(
      'M12.5 2c.6 3.2 5.5 5.6 5.5 11.3A6 6 0 0 1 12 22a6 6 0 0 1-6-6.2c0-2.6 1.4-4 2.3-5.8.6 1.2 1 1.7 1.7 2.2.2-3.6 1-7.4 2.5-10.2Z',
      '#e2632b',
    ),
    shape('M12.2 12.5c.4 1.7 2.3 2.6 2.3 5a2.6 2.6 0 0 1-5.1 0c0-1.9 1.9-2.8 2.8-5Z', '#f7c948'),
  ],
  closed_lock_with_key: [
    line('M5 10V7.5a4 4 0 0 1 8 0V10', GREY),
    ['rect', { x: 2, y: 10, width: 13, height: 12, rx: 2.5, fill: AMBER }],
    ['circle', { cx: 19, cy: 8, r: 2.6, stroke: '#8c5a1d', 'stroke-width': 2, fill: 'none' }],
    line('M19 11v9M19 16.5h2.4M19 19.8h2.4', '#8c5a1d', 2),
  ],
  test_tube: [
    shape('M14 3.5 20.5 10 10 20.5A4.6 4.6 0 0 1 3.5 14Z', '#d7e3f4'),
    shape('m16.5 14-6.5 6.5A4.6 4.6 0 0 1 3.5 14Z', GREEN),
    line('M13 2.5 21.5 11', GREY, 2.6),
  ],
  snowflake: [
    line('M12 2v20M3.3 7l17.4 10M20.7 7 3.3 17M9 3.5l3 2.5 3-2.5M9 20.5l3-2.5 3 2.5', '#4aa3df', 2),
  ],
  memo: [
    ['rect', { x: 4, y: 2, width: 14, height: 20, rx: 2, fill: '#e9edf3' }],
    line('M7.5 7h7M7.5 11h7M7.5 15h4', GREY, 1.8),
    line('m21 8-7.5 9.5-.7 2.7', AMBER, 2.6),
  ],
  package: [
    shape('M12 2 21 6.5v11L12 22l-9-4.5v-11Z', '#c98f4e'),
    shape('M12 2 21 6.5 12 11 3 6.5Z', '#e3b077'),
    line('M12 11v10.5', '#8c5a1d', 1.6),
  ],
  checkered_flag: [
    line('M5 2v20', GREY, 2.4),
    shape('M6 3h15v11H6Z', '#2b303a'),
    shape(
      'M6 3h3.75v3.7H6Zm7.5 0h3.75v3.7H13.5ZM9.75 6.7h3.75v3.6H9.75Zm7.5 0H21v3.6h-3.75ZM6 10.3h3.75V14H6Zm7.5 0h3.75V14H13.5Z',
      '#fff',
    ),
  ],
  alarm_clock: [
    line('m3 6 3.5-3M21 6l-3.5-3M7 19.5 5 22M17 19.5l2 2.5', GREY, 2.4),
    ['circle', { cx: 12, cy: 12.5, r: 8.5, fill: RED }],
    ['circle', { cx: 12, cy: 12.5, r: 6, fill: '#fff' }],
    line('M12 9v4l2.5 1.5', '#2b303a', 1.8),
  ],
  wave: [
    shape(
      'M9 12V6.5a1.5 1.5 0 0 1 3 0V4a1.5 1.5 0 0 1 3 0v1.5a1.5 1.5 0 0 1 3 0V8a1.5 1.5 0 0 1 3 0v7a7 7 0 0 1-7 7c-3 0-4.7-1.5-6-4l-2.2-4.5c-.9-1.8 1.6-3.2 2.7-1.5Z',
      '#f0b64f',
    ),
    line('M2 8c.5-2 1.5-3.5 3-4.5M2 19c.8 1.4 1.8 2.3 3 3', GREY, 1.8),
  ],
  handshake: [
    shape('M1 8.5 6 6l6 2.5L18 6l5 2.5-3 8.5h-3l-4 3.5a1.5 1.5 0 0 1-2 0L6.5 17H4Z', '#f0b64f'),
    line('m12 8.5-3.5 3c1.5 1.5 3 .8 4-.2l4.5 4.2M14 18.5l-2-2M16 16.5l-2-2', '#8c5a1d', 1.6),
  ],
  busts_in_silhouette: [
    ['circle', { cx: 16, cy: 8.5, r: 3.2, fill: GREY }],
    shape('M10.5 20c0-4 2.3-6.5 5.5-6.5s5.5 2.5 5.5 6.5Z', GREY),
    ['circle', { cx: 8.5, cy: 8, r: 3.8, fill: BLUE }],
    shape('M2 21c0-4.6 2.6-7.5 6.5-7.5S15 16.4 15 21Z', BLUE),
  ],
  wastebasket: [
    shape('M5 8h14l-1.5 14h-11Z', GREY),
    line('M4 6h16M9.5 3.5h5M10 11.5l.5 7M14 11.5l-.5 7', '#4a5362', 1.8),
  ],
  adhesive_bandage: [
    shape('M3.6 14.2 14.2 3.6a4.4 4.4 0 0 1 6.2 6.2L9.8 20.4a4.4 4.4 0 0 1-6.2-6.2Z', '#e3b077'),
    shape('m7.8 10 6.2 6.2 2.2-2.2L10 7.8Z', '#f6dcbd'),
    line('M12 10.7v.1M10.7 12v.1M13.3 12v.1M12 13.3v.1', '#8c5a1d', 1.6),
  ],
  rotating_light: [
    shape('M6 17v-4a6 6 0 0 1 12 0v4Z', RED),
    ['rect', { x: 4, y: 17, width: 16, height: 4, rx: 1.5, fill: GREY }],
    line('M12 2v2.5M3.5 5.5l2 1.8M20.5 5.5l-2 1.8', RED, 2.2),
  ],
  sunny: [
    ['circle', { cx: 12, cy: 12, r: 5, fill: '#f7c948' }],
    line(
      'M12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22M5 5l1.7 1.7M17.3 17.3 19 19M5 19l1.7-1.7M17.3 6.7 19 5',
      AMBER,
      2,
    ),
  ],
  question: [line('M8 8a4 4 0 1 1 5.8 3.6c-1.2.6-1.8 1.4-1.8 2.9M12 19v.1', RED, 3)],
  grey_question: [line('M8 8a4 4 0 1 1 5.8 3.6c-1.2.6-1.8 1.4-1.8 2.9M12 19v.1', GREY, 3)],
  link: [
    line(
      'M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3.6 3.6a4 4 0 0 0 5.7 5.7L12 17.7',
      GREY,
      2.4,
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
DRAWINGS.raising_hand = DRAWINGS.raised_hand;
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
