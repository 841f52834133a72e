import { expect } from '@jest/globals';
import { keepLocksWorker } from '../../workers/keep-locks.ts';
import { testConfig } from './config.ts';
import { NOON, type TestContext, testContext } from './context.ts';
import { type Said, speaker, type Told, toldBy } from './say.ts';

/** Asha, Ben and Cleo deploy to staging, Ben is admin; production has a channel of its own. */
export const ROLES = { deployer: ['U0ASHA', 'U0BEN', 'U0CLEO'], admin: ['U0BEN'] };

export const STAGING = { services: ['api', 'web'], driver: { type: 'command' as const, argv: ['true'] } };

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** A Baton in which people type, and time passes. Every message about locks must have three lines at most. */
export function baton(config: Parameters<typeof testConfig>[0] = {}) {
  const ctx = testContext({ config: testConfig({ roles: ROLES, ...config }) });
  const speak = speaker(ctx);
  const say = async (...typed: Parameters<typeof speak>): Promise<Said> => {
    const said = await speak(...typed);
    for (const { words } of [said, ...said.news, ...said.direct]) {
      if (!isList(words)) expect(linesOf(words).length).toBeLessThanOrEqual(3);
    }
    return said;
  };
  return { ctx, say, later: (milliseconds: number) => later(ctx, milliseconds) };
}

/** Lets so much time pass since noon, and has a worker do what falls due. */
async function later(
  ctx: TestContext,
  milliseconds: number,
): Promise<{ news: readonly Told[]; direct: readonly Told[] }> {
  ctx.now = () => new Date(NOON.getTime() + milliseconds);
  const before = ctx.queued.length;
  for (const environment of ['all', ...Object.keys(ctx.config.environments)]) {
    const id = `${environment}-test-${milliseconds}`;
    await keepLocksWorker.run(ctx, { version: 1, environment }, { id, again: false, last: false });
  }
  const told = toldBy(ctx.queued.slice(before));
  for (const { words } of [...told.news, ...told.direct]) {
    expect(linesOf(words).length).toBeLessThanOrEqual(3);
  }
  return told;
}

/** Slack's token for an instant so long after noon. */
export function at(milliseconds: number): string {
  return `<!date^${(NOON.getTime() + milliseconds) / 1_000}^`;
}

/** What the small print says is no line of the message. */
function linesOf(words: string): string[] {
  return words.split('\n').filter((line) => !/reference \w{8}$/.test(line));
}

function isList(words: string): boolean {
  return /puts you in the line; |^:unlock: Freed:|^\*staging\*|^:no_entry:|It goes: |^\*Dry run|^\*The last/.test(
    words,
  );
}
