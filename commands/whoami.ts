import { defineCommand } from '../src/command.ts';
import { findEnvironment } from '../src/config/find.ts';
import type { RoleName } from '../src/config/schema.ts';
import type { Context } from '../src/context.ts';
import type { Person } from '../src/people/person.ts';
import { holdsRole, RoleUnreadableError } from '../src/people/roles.ts';
import { whoamiView } from '../src/views/help.ts';

const ROLES: readonly RoleName[] = ['deployer', 'approver', 'admin'];

export const whoami = defineCommand({
  name: 'baton whoami',
  usage: '/baton whoami',
  summary: 'Who Slack says you are, and what you may do where',
  example: '/baton whoami',
  grammar: { words: [], flags: [], clauses: [] },

  async run(ctx, { actor }) {
    const environments = Object.keys(ctx.config.environments);
    const roles = await Promise.all(environments.map((environment) => rolesOn(ctx, actor, environment)));
    const github = ctx.config.people.find(({ slack }) => slack === actor.id)?.github;
    const { id, timezone } = actor;
    return {
      to: 'caller',
      view: whoamiView({ id, timezone, localTime: wallClock(ctx.now(), timezone), github, roles }),
    };
  },
});

async function rolesOn(ctx: Context, actor: Person, environment: string) {
  try {
    const held = await Promise.all(
      ROLES.map((role) => holdsRole(ctx, actor, role, findEnvironment(ctx.config, environment))),
    );
    return { environment, roles: ROLES.filter((_role, index) => held[index]) };
  } catch (error) {
    if (error instanceof RoleUnreadableError) return { environment, roles: null };
    throw error;
  }
}

function wallClock(now: Date, timezone: string): string {
  const look = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  } as const;
  try {
    return new Intl.DateTimeFormat('en-GB', { ...look, timeZone: timezone }).format(now);
  } catch {
    return `${now.toISOString().slice(11, 16)} in UTC`; // a zone that this machine does not know
  }
}
