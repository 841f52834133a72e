/** A piece of what was typed, fit to stand in a message. */
export function quoted(text: string): string {
  const letters = Array.from(text);
  return `“${letters.length > 60 ? `${letters.slice(0, 59).join('')}…` : text}”`;
}
