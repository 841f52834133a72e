import { hash, timingSafeEqual } from 'node:crypto';

/** Compares what was given with a secret, or with what was made from one, in a time that tells nothing about it. */
export function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
