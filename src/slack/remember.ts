import type { Clock } from '../clock.ts';

const KEEP_MS = 300_000;
const MAX_ENTRIES = 10_000;

/**
 * Asks once for all who want to know the same at the same time, and again after five minutes. Failures and
 * `undefined` are not kept.
 */
export function remember<T>(now: Clock, ask: (id: string) => Promise<T>): (id: string) => Promise<T> {
  const known = new Map<string, { readonly at: number; readonly answer: Promise<T> }>();

  return async (id) => {
    const at = now().getTime();
    const found = known.get(id);
    if (found !== undefined && at - found.at < KEEP_MS) return found.answer;

    const entry = { at, answer: ask(id) };
    if (known.size >= MAX_ENTRIES) known.clear();
    known.set(id, entry);
    const forget = () => known.get(id) === entry && known.delete(id);
    try {
      const answer = await entry.answer;
      if (answer === undefined) forget();
      return answer;
    } catch (error) {
      forget();
      throw error;
    }
  };
}
