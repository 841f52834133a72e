/**
 * Makes an element. Text only ever enters as text: nothing that people or programs write can become markup.
 * `on` holds listeners by event; attributes that are false or undefined are left out.
 */
export function element(tag, { on = {}, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, '');
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  for (const [event, listener] of Object.entries(on)) made.addEventListener(event, listener);
  made.append(...children.flat().filter((child) => child !== undefined && child !== false));
  return made;
}

/** A drawing of the page's own, by its id in index.html. */
export function icon(name) {
  const drawing = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  drawing.setAttribute('class', 'icon');
  drawing.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#${name}`);
  drawing.append(use);
  return drawing;
}

export function byId(id) {
  return document.getElementById(id);
}

/** The instant of a message, from Slack's `seconds.micros`. */
export function instantOf(ts) {
  return new Date(Number(ts.split('.')[0]) * 1_000);
}

export function timeOfDay(date, timezone) {
  return date.toLocaleTimeString('en', { hour: 'numeric', minute: '2-digit', timeZone: timezone });
}

/** The time of day, with the day when it is not today's. */
export function momentOf(date, timezone) {
  const day = (each) => each.toLocaleDateString('en', { month: 'short', day: 'numeric', timeZone: timezone });
  const time = timeOfDay(date, timezone);
  return day(date) === day(new Date()) ? time : `${day(date)}, ${time}`;
}

export async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}
