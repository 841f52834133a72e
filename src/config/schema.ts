import * as z from 'zod';
import { DriverOptions } from '../drivers/index.ts';
import { parseDuration } from '../locks/duration.ts';

/** A length of time as people write it; seconds once parsed. */
const duration = z
  .string()
  .regex(/^(\d{1,6}[smhd])+$/, 'a length of time such as 30s, 10m, 4h or 2d')
  .transform((text, issues) => {
    const seconds = parseDuration(text);
    if (seconds !== undefined) return seconds;
    issues.addIssue({ code: 'custom', message: 'a length of time greater than zero, such as 10m' });
    return z.NEVER;
  });

const slackId = (letters: string, what: string) =>
  z.string().regex(new RegExp(`^[${letters}][A-Z0-9]+$`), `${what}, an id and not a name`);
const channel = slackId('CGD', 'a Slack channel id such as C0REL');
const person = slackId('UW', 'a Slack user id such as U0ASHA');
const personOrGroup = slackId('UWS', 'a Slack user or usergroup id such as U0ASHA or S0RELMGRS');
const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, 'a name of letters, digits, dots and dashes');
const repository = z.string().regex(/^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/, 'owner/name');
const timezone = z.string();

export const Roles = z.strictObject({
  deployer: z.array(personOrGroup).optional(),
  approver: z.array(personOrGroup).optional(),
  admin: z.array(personOrGroup).optional(),
});
export type Roles = z.infer<typeof Roles>;
export type RoleName = keyof Roles;

export const Service = z.strictObject({ repository, ref: z.string().min(1).optional() });

export const LockRules = z.strictObject({
  default_for: duration.optional(),
  max_for: duration.optional(),
  require_reason: z.boolean().default(false),
  remind_after: duration.default(4 * 3_600),
  offer_for: duration.default(600),
});

export const Freeze = z.strictObject({ from: z.string(), to: z.string(), timezone, reason: z.string() });

export const Environment = z.strictObject({
  services: z.array(name).min(1),
  driver: DriverOptions,
  checks: z.union([z.enum(['all', 'none']), z.array(z.string()).min(1)]).default('all'),
  lock: LockRules.prefault({}),
  channel: channel.optional(),
  url: z.url().optional(),
  promote_from: name.optional(),
  approvals: z.int().min(0).default(0),
  approval_expires: duration.default(86_400),
  start_within: duration.default(120),
  timeout: duration.default(3_600),
  freezes: z.array(Freeze).default([]),
  rollback_during_freeze: z.boolean().default(false),
  roles: Roles.optional(),
});
export type Environment = z.infer<typeof Environment>;

const Site = z.strictObject({
  timezone,
  hours: z.string(),
  days: z.string(),
  holidays: z.array(z.string()).default([]),
  lead: person.optional(),
});

const Handoff = z.strictObject({
  from: name,
  to: name,
  at: z.string(),
  channel,
  acknowledge_within: duration.optional(),
});

/** The whole of `baton.yml`. Strict, so that a typing error cannot disarm a gate. */
export const Config = z.strictObject({
  slack: z.strictObject({
    workspace: slackId('TE', 'a Slack workspace id such as T0ACME'),
    channels: z.strictObject({ releases: channel.optional(), audit: channel.optional() }).prefault({}),
  }),
  people: z
    .array(
      z.strictObject({
        name: z.string(),
        slack: person,
        github: z.string().optional(),
        site: name.optional(),
      }),
    )
    .default([]),
  roles: Roles.prefault({}),
  services: z.record(name, Service),
  environments: z.record(name, Environment),
  remote_deploys: z
    .strictObject({
      label: z.string().min(1).default('remote-deploy'),
      services: z.array(name).min(1),
      driver: DriverOptions,
      expire_after: duration.default(72 * 3_600),
      max: z.int().min(1).default(20),
      url: z.string().optional(),
    })
    .optional(),
  sites: z.record(name, Site).default({}),
  handoffs: z.array(Handoff).default([]),
  mail: z.strictObject({ from: z.email(), to: z.array(z.email()).min(1) }).optional(),
});
export type Config = z.infer<typeof Config>;
