/** `owner/name` as octokit's methods want it. */
export function owned(repository: string): { owner: string; repo: string } {
  const [owner = '', repo = ''] = repository.split('/');
  return { owner, repo };
}
