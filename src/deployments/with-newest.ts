import { ConflictError } from '../errors.ts';
import type { RedisClient } from '../redis/script.ts';
import type { Deployment } from './deployment.ts';
import { loadDeployment } from './store.ts';

/** A deployment may move on while somebody acts on it; so often it does not. */
const MOST_TRIES = 20;

/**
 * Acts on a deployment as it is now, and once more on what it has become each time that somebody else saved it in
 * between. Throws NotFoundError, and what `act` throws; ConflictError only when it was lost too often.
 */
export async function withNewest<Result>(
  redis: RedisClient,
  id: string,
  act: (deployment: Deployment) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    const deployment = await loadDeployment(redis, id);
    try {
      return await act(deployment);
    } catch (error) {
      if (!(error instanceof ConflictError) || tries >= MOST_TRIES) throw error;
    }
  }
}
