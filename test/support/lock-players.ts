import type { Redis } from 'ioredis';
import { ConflictError, UserError } from '../../src/errors.ts';
import type { Answer, Moment, Rule } from '../../src/locks/change.ts';
import { leave, wait } from '../../src/locks/line.ts';
import { type Lock, LockedError } from '../../src/locks/lock.ts';
import { accept, decline, offer } from '../../src/locks/offer.ts';
import { release } from '../../src/locks/release.ts';
import { settle } from '../../src/locks/settle.ts';
import { changeLocks, locksOn } from '../../src/locks/store.ts';
import { steal, take } from '../../src/locks/take.ts';
import { OFFER_FOR } from './lock-specification.ts';
import { about, type LockAnswer, type LockOp } from './lock-state.ts';
import { momentOf } from './locks.ts';

const ENVIRONMENT = 'staging';

/** Does it for real, and says what came of it in the words of the specification. */
export async function playOn(redis: Redis, op: LockOp): Promise<LockAnswer> {
  const leases = `baton:{${ENVIRONMENT}}:leases`;
  const service = op.scope.split('/')[1] ?? '';
  switch (op.do) {
    case 'look':
      return look(redis, op);
    case 'deploy':
      return (await redis.hsetnx(leases, service, leaseOf(op))) === 1 ? 'began' : 'busy';
    case 'end':
      return (await redis.hdel(leases, service)) === 1 ? 'ended' : 'idle';
    default: {
      const asked = {
        environment: ENVIRONMENT,
        command: op.command,
        rule: ruleOf(op),
        moment: momentAt(op.now),
      };
      return changeLocks(redis, asked).then(answerOf, refusalOf);
    }
  }
}

/** The moment of a play: no bounds, and offers and turns last as the specification says. */
export function momentAt(now: number): Moment {
  return momentOf({ now: new Date(now), rules: { offerSeconds: OFFER_FOR / 1_000 } });
}

export function ruleOf(op: LockOp): Rule {
  const { scope, person, command, only, until } = op;
  const by = { scope, person, command, channel: '' };
  const terms = { reason: '', ...(until !== undefined && { until: new Date(until) }) };
  switch (op.do) {
    case 'take':
      return take({ ...by, terms });
    case 'steal':
      return steal({ ...by, terms, only });
    case 'release':
      return release({ ...by, force: false, reason: '', only });
    case 'force':
      return release({ ...by, force: true, reason: '' });
    case 'offer':
      return offer({ ...by, to: op.to ?? '' });
    case 'accept':
      return accept({ ...by, only: only ?? '' });
    case 'decline':
      return decline({ ...by, only: only ?? '' });
    case 'wait':
      return wait({ ...by, terms });
    case 'leave':
      return leave({ ...by, only });
    default:
      return settle;
  }
}

export function answerOf({ outcome, lock, place, ahead }: Answer): LockAnswer {
  if (outcome === 'waiting') return `waiting ${place?.id} behind ${ahead}`;
  if (outcome === 'left' && place !== null) return `left ${place.id}`;
  if (lock === null) return outcome;
  const offered = outcome === 'offered' ? ` ${lock.offer?.id}` : '';
  return `${told(outcome, lock)}${offered}`;
}

/** What is no refusal of the rules is a failure of the test. */
export function refusalOf(error: unknown): LockAnswer {
  if (error instanceof LockedError) return told('refused:', error.lock);
  if (!(error instanceof UserError)) throw error;
  if (error instanceof ConflictError) {
    return error.reason === 'deployment_running' ? 'refused: deploying' : 'refused: the line';
  }
  if (error.reason === 'not_allowed') return 'refused: not theirs';
  if (error.message.startsWith('The time of your lock')) return 'refused: overdue';
  return /nothing to offer/.test(error.message) ? 'refused: nothing to offer' : 'refused: to oneself';
}

async function look(redis: Redis, { now }: LockOp): Promise<LockAnswer> {
  const { locks, line } = await locksOn(redis, ENVIRONMENT, new Date(now));
  const held = locks.map((lock) => told('lock', lock)).toSorted();
  return [...held, ...line.map(({ id }) => `waits ${id}`)].join('; ');
}

function told(outcome: string, { since, until, ...lock }: Lock): LockAnswer {
  return about(outcome, { ...lock, since: since.getTime(), until: until?.getTime() ?? null });
}

export function leaseOf({ person, now }: LockOp): string {
  return JSON.stringify({
    deployment: 'd-1',
    fence: 1,
    requestedBy: person,
    ref: 'main',
    since: new Date(now),
  });
}
