import { addCommit, addPullRequest, addTag } from './github/seed.ts';
import type { PlayedGitHub } from './github/server.ts';
import { nextId, type Person, type Repository } from './github/state.ts';

const ASHA: Person = { login: 'asha-k', name: 'Asha', email: 'asha@acme.example' };
const BEN: Person = { login: 'ben-w', name: 'Ben', email: 'ben@acme.example' };

/**
 * The two repositories that the playground deploys from: releases, a pull request, checks, a branch that fails, and
 * one whose name would ping everybody if it came to life.
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
  addChecks(shop);

  const web = addService(github, 'acme/web', ['Greet people by name', 'Load fonts from our own server']);
  addChecks(web);
}

/** A repository with two releases behind the tip of its default branch. */
function addService(github: PlayedGitHub, name: string, messages: readonly string[]): Repository {
  const repository = github.addRepository(name);
  repository.collaborators.set(ASHA.login, 'write').set(BEN.login, 'admin');
  const [first = '', second = ''] = messages.map((message) =>
    addCommit(repository, { branch: repository.defaultBranch, message, author: ASHA }),
  );
  addTag(repository, 'v1.3.0', first, { annotated: true });
  addTag(repository, 'v1.4.0', second);
  return repository;
}

/** Green everywhere, so that it is the deployment of the broken branch that fails and not a gate. */
function addChecks(repository: Repository): void {
  for (const sha of repository.commits.keys()) {
    for (const name of ['build', 'test']) {
      repository.checkRuns.push({ id: nextId(), sha, name, status: 'completed', conclusion: 'success' });
    }
  }
}
