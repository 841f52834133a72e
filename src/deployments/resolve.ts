import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { isSamePerson } from '../people/accounts.ts';
import { verdictsNeeded } from './ask-people.ts';
import { type Deployment, isFinished, type Verdict } from './deployment.ts';
import { driverOf, laterRequest } from './driver.ts';
import { endRun } from './end.ts';
import { wake } from './result.ts';
import { loadDeployment, replaceDeployment } from './store.ts';
import { tell } from './tell.ts';
import { withNewest } from './with-newest.ts';

/**
 * What came of it. `ended`: the run's end is known now; `noted`: others must say the same first; `known`: the driver
 * has learned of it meanwhile, and its word counts; `over`: nobody asks any more.
 */
export interface Resolved {
  readonly kind: 'ended' | 'noted' | 'known' | 'over';
  readonly deployment: Deployment;
  readonly needed: number;
}

/** Takes a person's word on a run of which nobody can tell how it ended. The driver's own word wins. */
export async function resolve(ctx: Context, id: string, by: string, how: Verdict): Promise<Resolved> {
  return withNewest(ctx.redis, id, (deployment) => attempt(ctx, deployment, by, how));
}

/** Whether people may be asked about it: nobody can tell, or its time is over and its run's end is not known. */
export function isLost(deployment: Deployment): boolean {
  return deployment.state === 'unknown' || (isFinished(deployment) && !deployment.runOver);
}

async function attempt(ctx: Context, deployment: Deployment, by: string, how: Verdict): Promise<Resolved> {
  const needed = verdictsNeeded(ctx, deployment);
  const reply = async (kind: Resolved['kind']): Promise<Resolved> => {
    return { kind, deployment: await loadDeployment(ctx.redis, deployment.id), needed };
  };
  if (isFinished(deployment) && deployment.runOver) {
    return reply(deployment.verdicts.some((said) => said.by === by && said.how === how) ? 'ended' : 'over');
  }
  if (!isLost(deployment)) throw notAsked(deployment);
  if (await driverKnows(ctx, deployment)) return reply('known');

  const others = deployment.verdicts.filter((said) => !isSamePerson(ctx.config, said.by, by));
  const verdicts = [...others, { by, how, at: ctx.now() }];
  const agreed = verdicts.filter((said) => said.how === how);
  if (agreed.length < needed) {
    const noted = { ...deployment, verdicts, updatedAt: ctx.now() };
    await tell(ctx, await replaceDeployment(ctx.redis, deployment, noted));
    return reply('noted');
  }
  await endRun(ctx, deployment, { ...ENDS[how] }, { began: how !== 'never', verdicts });
  return reply('ended');
}

const ENDS = {
  ran: { state: 'success', summary: 'People who looked at the target say that it ran.' },
  failed: { state: 'failure', summary: 'People who looked at the target say that it failed.' },
  never: { state: 'failure', summary: 'People who looked at the target say that it never started.' },
} as const;

/** Looks once more before people's word counts: what the driver knows is saved, or left to whoever watches. */
async function driverKnows(ctx: Context, deployment: Deployment): Promise<boolean> {
  const driver = driverOf(deployment);
  const request = await laterRequest(ctx, deployment);
  if (deployment.run === null) {
    const found = await driver.lookup(ctx.driverTools, request);
    if (found.state === 'unknown') return false;
    await wake(ctx, deployment, `looked-${deployment.revision}`);
    return true;
  }
  const progress = await driver.check(ctx.driverTools, request, deployment.run);
  switch (progress.state) {
    case 'unknown':
      return false;
    case 'in_progress':
      if (progress.heard !== true) return false;
      await wake(ctx, deployment, `looked-${deployment.revision}`);
      return true;
    case 'success':
    case 'failure':
    case 'cancelled':
      await endRun(ctx, deployment, progress);
      return true;
  }
}

function notAsked({ id, state }: Deployment): UserError {
  return new UserError(`Deployment ${id} is ${state.replace('_', ' ')}: nobody has to say how it ended.`, {
    hint: 'Baton asks only when its driver cannot tell. “/deploy cancel” ends a deployment.',
    example: `/deploy cancel ${id}`,
  });
}
