/** What an error says to people, on one line. */
export function messageOf(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return String(message).replaceAll(/\s+/g, ' ').trim().slice(0, 300);
}
