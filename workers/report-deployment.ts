import type { Octokit } from 'octokit';
import type { Context } from '../src/context.ts';
import { type Deployment, hasSucceeded } from '../src/deployments/deployment.ts';
import { loadDeployment } from '../src/deployments/store.ts';
import {
  createGitHubDeployment,
  createStatus,
  findOrCreateGitHubDeployment,
  isRefusedForGood,
  listReportedStates,
} from '../src/github/deployments.ts';
import { isOutage, OUTAGE_SECONDS, rateLimitSeconds } from '../src/github/failure.ts';
import {
  githubEnvironment,
  NOTHING_REPORTED,
  type Report,
  type ReportedState,
  statesMissing,
  statesToReport,
} from '../src/github/report.ts';
import { endTurn, findReport, isOvertaken, saveReport, takeTurn, type Turn } from '../src/github/store.ts';
import { type Attempt, defineWorker, type Outcome } from '../src/worker.ts';

const TURN_SECONDS = 2;
const YOUNG_SECONDS = 60;
/** GitHub may be away for a night. */
const GIVE_UP_AFTER_SECONDS = 86_400;

/** Brings GitHub's record of a deployment up to its newest state. Nothing that fails here touches the deployment. */
export const reportDeployment = defineWorker({
  queue: 'reports',
  concurrency: 5,

  async run(ctx, { deployment: id }, attempt) {
    if (ctx.github === undefined) return 'done';
    const turn = await takeTurn(ctx.redis, id, attempt.id);
    if (turn === undefined) return { againInSeconds: TURN_SECONDS };
    try {
      return await report(ctx, ctx.github, turn, attempt);
    } finally {
      await endTurn(ctx.redis, turn);
    }
  },
});

async function report(ctx: Context, github: Octokit, turn: Turn, { last }: Attempt): Promise<Outcome> {
  const deployment = await loadDeployment(ctx.redis, turn.deployment);
  const wanted = statesToReport(deployment);
  // A deployment whose driver is a GitHub Deployment has one already.
  if (wanted.length === 0 || deployment.driver === 'github-deployment') return 'done';
  const before = (await findReport(ctx.redis, deployment.id)) ?? NOTHING_REPORTED;
  // Of what GitHub has all of, that a later one is live is no news: GitHub itself ends the earlier ones.
  const hasAll = before.intended === null && statesMissing(wanted, before.reported).length === 0;
  if (before.refused || hasAll) return 'done';
  try {
    const overtaken = hasSucceeded(deployment) && (await isOvertaken(ctx.redis, deployment));
    await bringUpToDate(ctx, github, { turn, deployment, before, wanted, overtaken });
  } catch (error) {
    const againInSeconds = rateLimitSeconds(error);
    if (againInSeconds !== undefined) return { againInSeconds };
    if (last && isOutage(error) && secondsSinceChange(ctx, deployment) < GIVE_UP_AFTER_SECONDS) {
      return { againInSeconds: OUTAGE_SECONDS };
    }
    if (!isRefusedForGood(error)) throw error;
    const { id, repository } = deployment;
    ctx.log.warn(
      { deployment: id, repository, why: error.message },
      'GitHub takes no record of the deployment',
    );
    const latest = (await findReport(ctx.redis, id)) ?? before;
    await saveReport(ctx.redis, turn, { ...latest, refused: true });
  }
  return 'done';
}

interface Work {
  readonly turn: Turn;
  readonly deployment: Deployment;
  readonly before: Report;
  readonly wanted: readonly ReportedState[];
  /** A later deployment is live already: this one was reported late, and must not pass for the live one. */
  readonly overtaken: boolean;
}

async function bringUpToDate(ctx: Context, github: Octokit, work: Work): Promise<void> {
  const { turn, deployment, before, overtaken } = work;
  const { repository } = deployment;
  const environment = githubEnvironment(ctx.config, deployment);
  // Of one that is young nobody can have told GitHub before, so it need not be looked for.
  const isYoung = ctx.now().getTime() - deployment.createdAt.getTime() < YOUNG_SECONDS * 1_000;
  const isFirst = before.github === null && !before.creating && isYoung;
  if (isFirst) await saveReport(ctx.redis, turn, { ...before, creating: true });
  const create = isFirst ? createGitHubDeployment : findOrCreateGitHubDeployment;
  const number = before.github ?? (await create(github, deployment, environment));
  // GitHub knows better than we do after a death.
  const isSure = isFirst || (before.github !== null && before.intended === null);
  let reported = isSure ? before.reported : await listReportedStates(github, repository, number);
  const save = (intended: ReportedState | null) =>
    saveReport(ctx.redis, turn, { ...before, creating: true, github: number, reported, intended });
  await save(null);

  const isStillUp = overtaken && !work.wanted.includes('inactive');
  for (const state of statesMissing(isStillUp ? [...work.wanted, 'inactive'] : work.wanted, reported)) {
    await save(state);
    await createStatus(github, deployment, number, {
      state,
      description: wordsFor(state, deployment, overtaken),
      endsEarlier: state === 'success' && !overtaken,
    });
    reported = [...reported, state];
    await save(null);
  }
}

/** Since its state changed for the last time. */
function secondsSinceChange(ctx: Context, { updatedAt }: Deployment): number {
  return (ctx.now().getTime() - updatedAt.getTime()) / 1_000;
}

function wordsFor(state: ReportedState, { summary }: Deployment, overtaken: boolean): string {
  if (state === 'queued' || state === 'in_progress') return '';
  return overtaken && state === 'inactive' ? 'A later deployment is live.' : summary;
}
