import { addChecks, addCommit, addPullRequest, addTag, addWorkflow } from './seed.ts';
import type { PlayedGitHub } from './server.ts';
import type { Person, Repository } from './state.ts';

const BEN: Person = { login: 'ben-w', name: 'Ben', email: 'ben@acme.example' };

/**
 * The repositories that the playground and `baton.example.yml` speak of: `acme/api` and `acme/web`, with a few commits,
 * a release, pull requests from within and from a fork, and checks: green ones, and those of the branches `broken` (one fails),
 * `slow` (one has not ended) and `unchecked` (none).
 */
export function addDemoRepositories(github: PlayedGitHub): { api: Repository; web: Repository } {
  const api = addService(github, 'acme/api', [
    'Answer health checks',
    'Count requests',
    'Keep sessions for a week',
  ]);
  const web = addService(github, 'acme/web', ['Show who is signed in', 'Load fonts from our own server']);
  return { api, web };
}

function addService(github: PlayedGitHub, name: string, messages: readonly string[]): Repository {
  const repository = github.addRepository(name);
  repository.collaborators.set('asha-k', 'write').set('ben-w', 'admin');
  for (const message of messages) addCommit(repository, { message, branch: 'main' });
  const release = repository.branches.get('main') ?? '';
  addTag(repository, 'v1.0.0', release, { annotated: true });
  addCommit(repository, { message: 'Say what went wrong in plain words', branch: 'main', author: BEN });

  const branch = 'feature/faster-search';
  const head = addCommit(repository, { message: 'Search twice as fast', branch, author: BEN });
  addPullRequest(repository, { number: 12, branch, head, author: BEN });
  addCommit(repository, { message: 'Try something that cannot work', branch: 'broken' });
  const foreign = addCommit(repository, { message: 'Trust me', author: STRANGER });
  addPullRequest(repository, {
    number: 13,
    branch: 'main',
    head: foreign,
    author: STRANGER,
    from: { fork: `stranger/${name.split('/')[1]}` },
  });
  addWorkflow(repository, { file: 'deploy.yml' });
  addCommit(repository, { message: 'Test everything twice', branch: 'slow' });
  for (const [of, sha] of repository.branches) {
    const test = of === 'broken' ? 'failure' : of === 'slow' ? 'in_progress' : 'success';
    addChecks(repository, sha, { build: 'success', test });
  }
  addCommit(repository, { message: 'Try something', branch: 'unchecked' });
  return repository;
}

const STRANGER: Person = { login: 'stranger', name: 'A stranger', email: 'stranger@example.com' };
