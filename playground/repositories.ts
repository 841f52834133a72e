import { addChecks, addCommit, addPullRequest, addTag } from './github/seed.ts';
import type { PlayedGitHub } from './github/server.ts';
import type { Person, Repository } from './github/state.ts';

const ASHA: Person = { login: 'asha-k', name: 'Asha', email: 'asha@acme.example' };
const CLEO: Person = { login: 'cleo-r', name: 'Cleo', email: 'cleo@acme.example' };
const BEN: Person = { login: 'ben-w', name: 'Ben', email: 'ben@acme.example' };

/**
 * The two repositories that the playground deploys from: releases, a pull request, a branch that fails, and one whose
 * name would ping everybody if it came to life. Checks have passed, but for the branches `red` (one fails), `slow` (one
 * has not ended) and `unchecked` (there are none).
 */
export function addDemoRepositories(github: PlayedGitHub): void {
  const shop = addService(github, 'acme/shop', [
    'Show prices with tax',
    'Remember the basket for a week',
    'Round prices to whole cents',
  ]);
  addCommit(shop, { branch: 'broken', message: 'Read prices from the new table', author: BEN });
  addCommit(shop, { branch: '<!channel>', message: 'Try a branch with a hostile name', author: BEN });
  const branch = 'feature/faster-search';
  const head = addCommit(shop, { branch, message: 'Search products twice as fast', author: BEN });
  addPullRequest(shop, { number: 12, branch, head, author: BEN });
  passEverywhere(shop);
  const red = addCommit(shop, { branch: 'red', message: 'Round prices to whole euros', author: BEN });
  addChecks(shop, red, { build: 'success', test: 'failure' });
  const slow = addCommit(shop, { branch: 'slow', message: 'Test every price', author: BEN });
  addChecks(shop, slow, { build: 'success', test: 'in_progress' });
  addCommit(shop, { branch: 'unchecked', message: 'Try something', author: BEN });

  const web = addService(github, 'acme/web', ['Greet people by name', 'Load fonts from our own server']);
  passEverywhere(web);
}

/** A repository with two releases behind the tip of its default branch. */
function addService(github: PlayedGitHub, name: string, messages: readonly string[]): Repository {
  const repository = github.addRepository(name);
  repository.collaborators.set(ASHA.login, 'write').set(BEN.login, 'admin');
  const [first = '', second = ''] = messages.map((message) =>
    // Neither of the two people made it, so each may approve what the other asks for.
    addCommit(repository, { branch: repository.defaultBranch, message, author: CLEO }),
  );
  addTag(repository, 'v1.3.0', first, { annotated: true });
  addTag(repository, 'v1.4.0', second);
  return repository;
}

/** Green so far, so that it is the deployment of the broken branch that fails and not a gate. */
function passEverywhere(repository: Repository): void {
  for (const sha of repository.commits.keys()) {
    addChecks(repository, sha, { build: 'success', test: 'success' });
  }
}
