import { afterEach, expect, it } from '@jest/globals';
import type { RoleName } from '../../src/config/schema.ts';
import { holdsRole, requireMember, RoleUnreadableError } from '../../src/people/roles.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, person, testContext } from '../support/context.ts';

const GROUPS: Record<string, readonly string[]> = { S0RELMGRS: ['U0CLEO'], S0EMPTY: [] };

afterEach(closeContexts);

async function listGroupMembers(group: string): Promise<readonly string[]> {
  const members = GROUPS[group];
  if (members === undefined) throw new Error('Slack is away');
  return members;
}

function world(overrides: Parameters<typeof testConfig>[0] = {}) {
  const ctx = testContext({ config: testConfig(overrides) });
  return { ...ctx, slack: { ...ctx.slack, listGroupMembers } };
}

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
])('says $holds for $who as $role on $environment', async ({ who, role, environment, holds }) => {
  const ctx = world();

  expect(await holdsRole(ctx, { id: who }, role, ctx.config.environments[environment ?? ''])).toBe(holds);
});

it.each([{ deployer: [] }, { deployer: ['S0EMPTY'] }, {}])(
  'gives a role that lists nobody to nobody',
  async (roles) => {
    expect(await holdsRole(world({ roles }), { id: 'U0ASHA' }, 'deployer')).toBe(false);
  },
);

it('closes when only an unreadable usergroup could tell', async () => {
  const ctx = world({ roles: { deployer: ['S0GONE', 'S0RELMGRS', 'U0ASHA'] } });

  expect(await holdsRole(ctx, { id: 'U0ASHA' }, 'deployer')).toBe(true);
  expect(await holdsRole(ctx, { id: 'U0CLEO' }, 'deployer')).toBe(true);
  await expect(holdsRole(ctx, { id: 'U0BEN' }, 'deployer')).rejects.toBeInstanceOf(RoleUnreadableError);
});

it.each([
  { who: 'a member', given: {}, team: 'T0ACME', allowed: true },
  { who: 'a member, by a request of another team', given: {}, team: 'T0EVIL', allowed: false },
  { who: 'somebody of another team', given: { team: 'T0EVIL' }, team: 'T0ACME', allowed: false },
  { who: 'somebody whose team only the request tells', given: { team: '' }, team: 'T0ACME', allowed: true },
  {
    who: 'an outsider whose team only the request tells',
    given: { team: '' },
    team: 'T0OTHER',
    allowed: false,
  },
  { who: 'a guest', given: { barred: 'guest' as const }, team: 'T0ACME', allowed: false },
  { who: 'a bot', given: { barred: 'bot' as const }, team: 'T0ACME', allowed: false },
  { who: 'a stranger', given: { barred: 'outsider' as const }, team: 'T0ACME', allowed: false },
  { who: 'somebody deactivated', given: { barred: 'deleted' as const }, team: 'T0ACME', allowed: false },
])('says $allowed for $who', ({ given, team, allowed }) => {
  const cleo = person({ id: 'U0CLEO', ...given });
  const asked = () => requireMember(cleo, { team, workspace: 'T0ACME' });

  if (allowed) expect(asked()).toBe(cleo);
  else expect(asked).toThrow(expect.objectContaining({ reason: 'not_allowed' }));
});

it('bars somebody whom Slack does not know', () => {
  expect(() => requireMember(undefined, { team: 'T0ACME', workspace: 'T0ACME' })).toThrow('does not know');
});
