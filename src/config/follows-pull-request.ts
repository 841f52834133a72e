import { UserError } from '../errors.ts';

/** What is said when somebody deploys to a pull request's own environment by hand. */
export function followsPullRequest(environment: string, service: string): UserError {
  const name = `${service}#${environment.slice('pr-'.length)}`;
  return new UserError(`“${environment}” follows its pull request, so nothing else is deployed there.`, {
    hint: `A push goes there once its checks have passed. “/remote ${name} up” deploys its newest commit, “/remote ${name} status” tells how far it is.`,
    reason: 'unknown_environment',
    example: `/remote ${name} up`,
  });
}
