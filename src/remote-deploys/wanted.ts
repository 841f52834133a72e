import { rulesFor } from '../config/find.ts';
import { remoteEnvironmentName } from '../config/remote-name.ts';
import type { Context } from '../context.ts';
import type { GitHub } from '../github/client.ts';
import { asGitHubLogin } from '../deployments/may-deploy.ts';
import type { Labelling } from '../github/labelling.ts';
import { ownAccount } from '../github/own-account.ts';
import { mayWrite } from '../github/permissions.ts';
import type { WholePullRequest } from '../github/whole-pull-request.ts';
import { holdsRole } from '../people/roles.ts';
import { isSameLabelling, whoLabelled } from '../pull-requests/who-labelled.ts';
import type { ReasonCode } from '../reason-codes.ts';
import type { PullRequestName, RemoteDeploy, Stop, Wish } from './remote-deploy.ts';

/** What a pull request asks for at this moment. */
export type Wanted =
  | { readonly kind: 'up'; readonly wish: Wish }
  | { readonly kind: 'down'; readonly why: Stop['why'] }
  | {
      readonly kind: 'refused';
      readonly reason: ReasonCode;
      readonly why: string;
      readonly wish: Wish | null;
    };

interface Asked {
  readonly github: GitHub;
  readonly pullRequest: PullRequestName;
  readonly before: RemoteDeploy | undefined;
  readonly seen: WholePullRequest | undefined;
  readonly label: string;
}

const FORK = 'The pull request comes from a fork, and code from a fork is never run.';

/** What is wanted, from the pull request as it is, and from who labelled it or asked by a command. */
export async function readWanted(ctx: Context, asked: Asked): Promise<Wanted> {
  const { seen, label, before } = asked;
  if (seen === undefined) return { kind: 'down', why: 'closed' };
  if (seen.state !== 'open') return { kind: 'down', why: seen.state };
  const isOn = seen.labels.includes(label);
  if (!isOn && before?.wish?.unlabelled !== true) return { kind: 'down', why: 'unlabelled' };
  if (seen.fromFork) return { kind: 'refused', reason: 'fork_refused', why: FORK, wish: null };
  if (seen.draft) return { kind: 'down', why: 'draft' };
  if (!isOn && before?.wish != null) return { kind: 'up', wish: before.wish };
  return readLabel(ctx, asked);
}

async function readLabel(ctx: Context, asked: Asked): Promise<Wanted> {
  const { github, pullRequest, label } = asked;
  const { repository, number } = pullRequest;
  const labelling = await whoLabelled(ctx, github, pullRequest, label);
  if (labelling === undefined || labelling === 'untold')
    throw new Error(`GitHub does not tell yet who labelled ${repository}#${number}`);
  return judgeLabelling(ctx, asked, labelling);
}

/** What is wanted of an open pull request of the repository's own by the label that is on it. */
export async function judgeLabelling(
  ctx: Context,
  { github, pullRequest, before }: Pick<Asked, 'github' | 'pullRequest' | 'before'>,
  labelling: Labelling,
): Promise<Wanted> {
  const { wish = null, stop = null } = before ?? {};
  const id = `${LABEL}${labelling.event}`;
  if (wish !== null && isLabel(wish) && isSameLabelling(eventOf(wish), labelling)) {
    if (before?.state === 'refused') return refusedBefore(before, wish) ?? goesOn(wish, stop);
    // A teardown that failed has put its own words in place of the refusal: whether it still holds is judged anew.
    if (stop?.why !== 'refused') return goesOn(wish, stop);
    return judgeLabel(ctx, { github, pullRequest, labelling, wish });
  }
  if (wish !== null && !isLabel(wish) && (await isCovered(github, wish, labelling)))
    return goesOn(wish, stop);
  if (stop !== null && endsWishes(stop) && labelling.at <= stop.at) return { kind: 'down', why: stop.why };
  const by = slackIdOf(ctx, labelling.login) ?? asGitHubLogin(labelling.login);
  const own: Wish = { id, by, login: labelling.login, at: labelling.at, channel: '', unlabelled: false };
  return judgeLabel(ctx, { github, pullRequest, labelling, wish: own });
}

/** A command's wish: Baton put the label on for it, or it was on before. */
async function isCovered(github: GitHub, wish: Wish, { login, at }: Labelling): Promise<boolean> {
  return at <= wish.at || (await ownAccount(github)).login === login.toLowerCase();
}

function goesOn(wish: Wish, stop: Stop | null): Wanted {
  const isOver = stop !== null && endsWishes(stop) && stop.at >= wish.at;
  return isOver ? { kind: 'down', why: stop.why } : { kind: 'up', wish: { ...wish, unlabelled: false } };
}

/** What a person or time has ended stays so, although the label may still be on for a moment. */
export function endsWishes({ why, unlabelled }: Stop): boolean {
  return !unlabelled && (why === 'expired' || why === 'command');
}

function refusedBefore({ reason, why }: RemoteDeploy, wish: Wish): Wanted | undefined {
  return reason === null || reason === 'fork_refused' ? undefined : { kind: 'refused', reason, why, wish };
}

const LABEL = 'label-';

export function isLabel({ id }: Wish): boolean {
  return id.startsWith(LABEL);
}

function eventOf({ id, login, at }: Wish): Pick<Labelling, 'event' | 'login' | 'at'> {
  return { event: Number(id.slice(LABEL.length)), login, at };
}

interface Judged {
  readonly github: GitHub;
  readonly pullRequest: PullRequestName;
  readonly labelling: Labelling;
  readonly wish: Wish;
}

/** A label proves only that somebody of triage or more put it on: what they may is asked now. */
async function judgeLabel(
  ctx: Context,
  { github, pullRequest: { repository, number }, labelling, wish }: Judged,
): Promise<Wanted> {
  const refused = (why: string) => ({ kind: 'refused', reason: 'not_allowed', why, wish }) as const;
  if (labelling.isBot) return refused('The label was put on by a bot. A person has to ask for it.');
  if (!(await mayWrite(github, repository, labelling.login))) {
    return refused('The label was put on by somebody who may not write to the repository.');
  }
  const rules = rulesFor(ctx.config, remoteEnvironmentName(number));
  if (rules?.roles?.deployer === undefined) return { kind: 'up', wish };
  const holds = await holdsRole(ctx, { id: wish.by }, 'deployer', rules);
  return holds ? { kind: 'up', wish } : refused('The label was put on by somebody who is no deployer here.');
}

function slackIdOf({ config }: Context, login: string): string | undefined {
  return config.people.find(({ github }) => github?.toLowerCase() === login.toLowerCase())?.slack;
}
