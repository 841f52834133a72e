import type { Context } from '../context.ts';
import { NotFoundError, UserError } from '../errors.ts';
import { isSamePerson } from '../people/accounts.ts';
import { findEnvironment } from '../config/find.ts';
import { readEpoch } from '../redis/epoch.ts';
import { heldOn, readFence } from './quarantine.ts';
import { open, setPlace } from './reconcile.ts';

/** What came of somebody's word that nothing runs on an environment. */
export type Resumed =
  | { readonly state: 'open' }
  | { readonly state: 'another'; readonly by: readonly string[] };

/**
 * Takes an admin's word that nothing runs on an environment about which people are asked; where approvals are asked for,
 * two people's. Safe to repeat. Throws UserError where nobody is asked.
 */
export async function resume(ctx: Context, environment: string, person: string): Promise<Resumed> {
  const rules = findEnvironment(ctx.config, environment);
  if (rules === undefined) {
    throw new NotFoundError(`There is no environment “${environment}”.`, { reason: 'unknown_environment' });
  }
  await heldOn(ctx, environment); // notices what has been lost since
  const quarantine = (await readEpoch(ctx.redis))?.quarantine;
  const place = quarantine?.places[environment];
  if (quarantine == null || place?.state === 'open') {
    throw new UserError(`${environment} is not held: deployments may start there.`);
  }
  if (place?.state !== 'asked') {
    throw new UserError(`Baton is still looking at what runs on ${environment}.`, {
      hint: 'Try again in a minute: it opens by itself, or you are asked.',
      reason: 'driver_unknown',
    });
  }
  const others = place.by.filter((other) => !isSamePerson(ctx.config, other, person));
  const by = [...others, person];
  const needed = rules.approvals > 0 ? 2 : 1;
  if (by.length < needed) {
    await setPlace(ctx, quarantine, environment, (now) => ({ ...(now ?? place), by }));
    return { state: 'another', by };
  }
  const highest = Math.max(quarantine.floors[environment] ?? 0, await readFence(ctx.redis, environment));
  await open(ctx, environment, quarantine, highest);
  return { state: 'open' };
}
