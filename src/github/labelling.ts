import type { Octokit } from 'octokit';
import * as z from 'zod';
import { foundOrNot, readFailure } from './failure.ts';
import { readAs } from './pages.ts';
import { owned } from './repository.ts';

/** That somebody put a label on a pull request. */
export interface Labelling {
  /** GitHub's number of the event, or a webhook's below zero: another one each time that the label is put on. */
  readonly event: number;
  readonly login: string;
  /** True for an App or another program. */
  readonly isBot: boolean;
  readonly at: Date;
}

const Events = z.array(
  z.object({
    id: z.int(),
    event: z.string(),
    created_at: z.coerce.date(),
    actor: z.object({ login: z.string(), type: z.string().optional() }).nullish(),
    label: z.object({ name: z.string().nullish() }).nullish(),
  }),
);

const PER_PAGE = 100;

/**
 * Who put the label on that a pull request has; undefined where the list of what happened does not have it (yet), `untold`
 * where the server has no such list. Throws GitHubUnreadableError when GitHub cannot be asked.
 */
export async function findLabelling(
  github: Octokit,
  repository: string,
  number: number,
  label: string,
): Promise<Labelling | 'untold' | undefined> {
  try {
    const first = await foundOrNot(readEvents(github, repository, number, 1));
    if (first === undefined) return 'untold';
    // The oldest come first, so the last page is read before the others.
    for (let page = first.lastPage; page >= 1; page -= 1) {
      const { events } = page === 1 ? first : await readEvents(github, repository, number, page);
      const found = events.findLast(
        ({ event, label: on }) => (event === 'labeled' || event === 'unlabeled') && on?.name === label,
      );
      if (found === undefined) continue;
      // The list is behind: whoever put it on before must not answer for whoever did now.
      if (found.event === 'unlabeled') return undefined;
      const { id, actor, created_at: at } = found;
      return { event: id, login: actor?.login ?? '', isBot: actor?.type !== 'User', at };
    }
    return undefined;
  } catch (error) {
    throw readFailure(error, repository);
  }
}

async function readEvents(github: Octokit, repository: string, number: number, page: number) {
  const asked = { ...owned(repository), issue_number: number, per_page: PER_PAGE, page };
  const { data, headers } = await github.rest.issues.listEvents(asked);
  const last = /[?&]page=(\d+)[^>]*>;\s*rel="last"/.exec(headers.link ?? '')?.[1];
  return { events: readAs(Events, data), lastPage: last === undefined ? page : Number(last) };
}
