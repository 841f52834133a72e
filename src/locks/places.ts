import type { Config } from '../config/schema.ts';
import { ALL } from './lock.ts';
import { listLockedRemotes } from './store.ts';
import type { Context } from '../context.ts';

/** Wherever locks may be: everywhere at once, the configured environments, and pull requests' own that people locked. */
export async function lockPlaces({
  config,
  redis,
}: Pick<Context, 'redis'> & { readonly config: Config }): Promise<string[]> {
  return [ALL, ...Object.keys(config.environments), ...(await listLockedRemotes(redis))];
}
