import type { Config } from '../config/schema.ts';

/** All accounts of one human being, as far as `people` of the configuration tells. */
export interface Accounts {
  /** Slack ids. */
  readonly slack: ReadonlySet<string>;
  /** GitHub logins in lower case. */
  readonly github: ReadonlySet<string>;
}

/** Follows the entries of `people` that share a Slack id or a GitHub login, so that a second account is no second person. */
export function accountsOf({ people }: Pick<Config, 'people'>, slackId: string): Accounts {
  const slack = new Set([slackId]);
  const github = new Set<string>();
  for (let known = 0; known < slack.size + github.size; ) {
    known = slack.size + github.size;
    for (const person of people) {
      const login = person.github?.toLowerCase();
      if (!slack.has(person.slack) && (login === undefined || !github.has(login))) continue;
      slack.add(person.slack);
      if (login !== undefined) github.add(login);
    }
  }
  return { slack, github };
}

/** Whether two Slack ids are known to be one person's. */
export function isSamePerson(config: Pick<Config, 'people'>, one: string, other: string): boolean {
  return accountsOf(config, one).slack.has(other);
}
