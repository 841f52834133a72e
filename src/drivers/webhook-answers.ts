import type { TargetResult } from './callback.ts';
import type { Cancelled, Detail, Ended, Started } from './driver.ts';
import type { Answer } from './http.ts';
import { plainText } from './text.ts';
import { readStatus, type Status } from './webhook-target.ts';

/** What the answer to a wish to cancel says; a state in it is the run's, and a failure is what was wished for. */
export function wishOf(answer: Answer): Cancelled {
  if (answer.kind !== 'answer') return { state: 'cannot', why: `The deploy hook: ${answer.why}.` };
  if (answer.status < 200 || answer.status >= 300) return { state: 'cannot', why: refusalOf(answer) };
  const said = answer.status === 200 ? readStatus(answer) : undefined;
  if (said?.state === 'success') return { state: 'over', end: endOf(said) };
  if (said?.state === 'failure') return { state: 'over', end: { ...detailOf(said), state: 'cancelled' } };
  return { state: 'asked' };
}

/** What the answer to a wish to deploy says. */
export function outcomeOf(answer: Answer, run: string): Started {
  if (answer.kind === 'not_sent') {
    return { state: 'failure', run, summary: `The deploy hook could not be reached: ${answer.why}.` };
  }
  if (answer.kind === 'unclear') return { state: 'unknown', why: `The deploy hook: ${answer.why}.` };

  const { status } = answer;
  if (status === 200 || status === 202) {
    const said = readStatus(answer);
    if (said?.state === 'success' || said?.state === 'failure') return { run, ...endOf(said) };
    if (status === 202 || said?.state === 'in_progress') return { state: 'started', run };
  }
  const refused = (status >= 400 && status < 500) || RESEND.has(status);
  return refused
    ? { state: 'failure', run, summary: refusalOf(answer) }
    : { state: 'unknown', why: refusalOf(answer) };
}

/** Redirects that mean "not here, send it there". 302 and 303 may also follow upon something done. */
const RESEND: ReadonlySet<number> = new Set([301, 307, 308]);

function refusalOf({ status, body }: { status: number; body: string }): string {
  const excerpt = plainText(body);
  return `The deploy hook answered ${status}${excerpt === '' ? '.' : `: ${excerpt}`}`;
}

export function endOf(said: TargetResult | Status): Ended & { state: 'success' | 'failure' } {
  const state = said.state === 'success' ? 'success' : 'failure';
  const summary = state === 'failure' ? { summary: 'The deploy hook reported a failure.' } : {};
  return { state, ...summary, ...detailOf(said) };
}

export function detailOf({ description, url, log_url }: Omit<TargetResult, 'state'>): Detail {
  return {
    ...(description && { summary: description }),
    ...(url && { url }),
    ...(log_url && { logUrl: log_url }),
  };
}
