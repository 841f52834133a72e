import type { RemoteDeploy } from '../remote-deploys/remote-deploy.ts';
import type { RemoteFact, Span } from './found.ts';

/** The remote deploys that need somebody: they failed, could not be torn down, or end before the next digest. */
export function remoteFacts(remotes: readonly RemoteDeploy[], { at, until }: Span): RemoteFact[] {
  return remotes.flatMap((remote): RemoteFact[] => {
    const { service, number, why: said, state, stop, updatedAt, expiresAt, live, createdAt } = remote;
    const where = `${service}#${number}`;
    const common = { where, owner: ownerOf(remote), by: loginOf(remote) };
    if (state === 'failed' && stop !== null) {
      const next = `What is up stays up: look at the target, then “/remote ${where} down”`;
      return [{ ...common, what: 'could not be torn down', said, since: updatedAt, at: null, next }];
    }
    if (state === 'failed') {
      const next = `Push a fix, or “/remote ${where} up” again; “/remote ${where} down” ends it`;
      return [{ ...common, what: 'remote deploy failed', said, since: updatedAt, at: null, next }];
    }
    if (stop !== null || expiresAt === null || expiresAt >= until) return [];
    const what = expiresAt <= at ? 'remote deploy has expired' : 'remote deploy expires';
    const next = `Torn down by itself then; “/remote ${where} up” afterwards brings it back`;
    return [{ ...common, what, said: '', since: live?.since ?? createdAt, at: expiresAt, next }];
  });
}

/** The Slack id of who asked for it; empty for somebody of whom only GitHub knows. */
function ownerOf({ wish }: RemoteDeploy): string {
  return wish === null || wish.by.startsWith('github:') ? '' : wish.by;
}

function loginOf({ wish }: RemoteDeploy): string {
  return wish?.by.startsWith('github:') === true ? wish.by.slice('github:'.length) : '';
}
