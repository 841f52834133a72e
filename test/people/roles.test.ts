import { expect, it } from '@jest/globals';
import type { RoleName } from '../../src/config/schema.ts';
import { holdsRole, mayActAtAll, RoleUnreadableError } from '../../src/people/roles.ts';
import { testConfig } from '../support/config.ts';
import { person } from '../support/context.ts';

const GROUPS: Record<string, readonly string[]> = { S0RELMGRS: ['U0CLEO'], S0EMPTY: [] };
const slack = {
  listGroupMembers: async (group: string) => {
    const members = GROUPS[group];
    if (members === undefined) throw new Error('Slack is away');
    return members;
  },
};

it.each<{ who: string; role: RoleName; environment?: string; holds: boolean }>([
  { who: 'U0ASHA', role: 'deployer', holds: true },
  { who: 'U0CLEO', role: 'deployer', holds: false },
  { who: 'U0CLEO', role: 'approver', holds: true },
  { who: 'U0ASHA', role: 'approver', holds: false },
  { who: 'U0ASHA', role: 'deployer', environment: 'staging', holds: true },
  { who: 'U0ASHA', role: 'deployer', environment: 'production', holds: false },
  { who: 'U0BEN', role: 'deployer', environment: 'production', holds: true },
  { who: 'U0CLEO', role: 'approver', environment: 'production', holds: true },
  { who: 'U0BEN', role: 'admin', environment: 'production', holds: true },
  { who: 'U0ASHA', role: 'deployer', environment: 'pr-12', holds: true },
  { who: 'U0ASHA', role: 'deployer', environment: '__proto__', holds: true },
])('says $holds for $who as $role on $environment', async ({ who, role, environment, holds }) => {
  expect(await holdsRole(slack, { id: who }, role, testConfig(), environment)).toBe(holds);
});

it.each([{ deployer: [] }, { deployer: ['S0EMPTY'] }, {}])(
  'gives a role that lists nobody to nobody',
  async (roles) => {
    expect(await holdsRole(slack, { id: 'U0ASHA' }, 'deployer', testConfig({ roles }))).toBe(false);
  },
);

it('closes when only an unreadable usergroup could tell', async () => {
  const config = testConfig({ roles: { deployer: ['S0GONE', 'S0RELMGRS', 'U0ASHA'] } });

  expect(await holdsRole(slack, { id: 'U0ASHA' }, 'deployer', config)).toBe(true);
  expect(await holdsRole(slack, { id: 'U0CLEO' }, 'deployer', config)).toBe(true);
  await expect(holdsRole(slack, { id: 'U0BEN' }, 'deployer', config)).rejects.toBeInstanceOf(
    RoleUnreadableError,
  );
});

it.each([
  { who: 'a member', given: {}, team: 'T0ACME', allowed: true },
  { who: 'a member, by a request of another team', given: {}, team: 'T0EVIL', allowed: false },
  { who: 'somebody of another team', given: { team: 'T0EVIL' }, team: 'T0ACME', allowed: false },
  { who: 'somebody without a team', given: { team: '' }, team: 'T0ACME', allowed: false },
  { who: 'a guest', given: { barred: 'guest' as const }, team: 'T0ACME', allowed: false },
  { who: 'a bot', given: { barred: 'bot' as const }, team: 'T0ACME', allowed: false },
  { who: 'a stranger', given: { barred: 'outsider' as const }, team: 'T0ACME', allowed: false },
  { who: 'somebody deactivated', given: { barred: 'deleted' as const }, team: 'T0ACME', allowed: false },
])('says $allowed for $who', ({ given, team, allowed }) => {
  expect(mayActAtAll(person({ id: 'U0CLEO', ...given }), 'T0ACME', team)).toMatchObject(
    allowed
      ? { allowed }
      : { allowed, reason: 'not_allowed', text: expect.stringMatching(/^That was not run: /) },
  );
});

it('bars somebody whom Slack does not know', () => {
  expect(mayActAtAll(undefined, 'T0ACME', 'T0ACME')).toMatchObject({ allowed: false });
});
