import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Context } from '../context.ts';
import type { GitHub } from '../github/client.ts';
import { keepComment } from '../github/comments.ts';
import { addLabels, ensureLabel, removeLabel } from '../github/labels.ts';
import { findWholePullRequest } from '../github/whole-pull-request.ts';
import { secondsUntilComment, secondsUntilWrite } from '../github/write-pace.ts';
import { remoteComment } from '../views/remote-comment.ts';
import type { Outcome } from '../worker.ts';
import { ASK_BEFORE_SECONDS } from './look-again.ts';
import type { PullRequestName, RemoteDeploy } from './remote-deploy.ts';
import { inTurn } from './in-turn.ts';
import { labelOf, stateLabels } from './state-labels.ts';
import { findRemote, nameOf, remoteKey } from './store.ts';
import { endsWishes } from './wanted.ts';

const MARKER = 'remote-deploy';

/** A label that was made a day ago may have been deleted since. */
const LABEL_KNOWN_SECONDS = 86_400;

/**
 * Brings the labels and the one comment of a pull request nearer to the truth: at most one write to GitHub in each run,
 * at the pace that GitHub wants. Done when nothing is left to write. Safe to repeat.
 */
export async function tellGitHub(
  ctx: Context,
  pullRequest: PullRequestName & { readonly revision?: number | undefined },
): Promise<Outcome> {
  const told = await inTurn(ctx.redis, pullRequest, 'tell', () => tellOnce(ctx, pullRequest));
  return told ?? { againInSeconds: 2 };
}

interface Told {
  readonly github: GitHub;
  readonly remote: RemoteDeploy;
  readonly label: string;
}

async function tellOnce(
  ctx: Context,
  { repository, number, revision = Infinity }: Parameters<typeof tellGitHub>[1],
): Promise<Outcome> {
  const { github, config } = ctx;
  const { label } = config.remote_deploys ?? {};
  const remote = await findRemote(ctx.redis, repository, number);
  if (github === undefined || label === undefined || remote === undefined) return 'done';
  // Every change has a job of its own: each asks GitHub, so only that of the newest one does.
  if (revision < remote.revision) return 'done';
  const seen = await findWholePullRequest(github, repository, number);
  if (seen === undefined) return 'done';
  const told = { github, remote, label };
  return (await tellLabels(ctx, told, seen.labels)) ?? tellComment(ctx, told);
}

/** Undefined once the labels are right. What is wrong goes first: two of them never stand side by side. */
async function tellLabels(
  ctx: Context,
  { github, remote, label }: Told,
  labels: readonly string[],
): Promise<Outcome | undefined> {
  const { repository, number, stop } = remote;
  const right = labelOf(remote, label);
  const ours = stateLabels(label).map(({ name }) => name);
  const isEnded = stop !== null && endsWishes(stop);
  const isWrong = (name: string) => (name === label ? isEnded : ours.includes(name) && name !== right?.name);
  const wrong = labels.find(isWrong);
  const isMissing = right !== undefined && !labels.includes(right.name);
  if (wrong === undefined && !isMissing) return undefined;

  const seconds = await secondsUntilWrite(ctx, nameOf(remote));
  if (seconds > 0) return { againInSeconds: seconds };
  if (wrong !== undefined) await removeLabel(github, repository, number, wrong);
  else if (right !== undefined) {
    await makeSure(ctx, { github, repository, right });
    await addLabels(github, repository, number, [right.name]);
  }
  const isLast =
    wrong === undefined || (!isMissing && !labels.some((name) => name !== wrong && isWrong(name)));
  return isLast ? undefined : { againInSeconds: 1 };
}

async function makeSure(
  ctx: Context,
  {
    github,
    repository,
    right,
  }: { github: GitHub; repository: string; right: NonNullable<ReturnType<typeof labelOf>> },
): Promise<void> {
  const key = `baton:{${repository.toLowerCase()}}:label:${right.name}`;
  if ((await ctx.redis.exists(key)) === 1) return;
  await ensureLabel(github, repository, right);
  await ctx.redis.set(key, '1', 'EX', LABEL_KNOWN_SECONDS);
}

const KeptText = z.object({ id: z.int(), shown: z.string() });

async function tellComment(ctx: Context, { github, remote, label }: Told): Promise<Outcome> {
  const { repository, number, expiresAt } = remote;
  const key = `${remoteKey(remote)}:comment`;
  const left = expiresAt === null ? Infinity : (expiresAt.getTime() - ctx.now().getTime()) / 1_000;
  const { markdown: body } = remoteComment(remote, { label, endsSoon: left <= ASK_BEFORE_SECONDS });
  const shown = createHash('sha256').update(body).digest('hex').slice(0, 16);
  const stored = await ctx.redis.get(key);
  // What cannot be read is found again by its marker.
  const before = stored === null ? undefined : KeptText.safeParse(parsed(stored)).data;
  if (before?.shown === shown) return 'done';

  const seconds = await secondsUntilComment(ctx, nameOf(remote));
  if (seconds > 0) return { againInSeconds: seconds };
  const id = await keepComment(github, repository, number, { marker: MARKER, body, id: before?.id });
  await ctx.redis.set(key, JSON.stringify({ id, shown }));
  return 'done'; // whatever has changed meanwhile has a job of its own
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
