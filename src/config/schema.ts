import * as z from 'zod';
import { DriverOptions } from '../drivers/index.ts';
import { Freeze } from './freezes.ts';
import { Handoff, Pairs, Site } from './sites.ts';
import {
  byName,
  channel,
  duration,
  githubLogin,
  listOf,
  name,
  person,
  personOrGroup,
  repository,
  sentence,
  webAddress,
  wholeNumber,
  workspace,
  yesOrNo,
} from './values.ts';

const members = listOf(personOrGroup, 'Slack ids such as [U0ASHA, S0RELMGRS]').optional();

export const Roles = z.strictObject({
  deployer: members.describe('Who may deploy, lock and unlock'),
  approver: members.describe('Who may approve a deployment that somebody else asked for'),
  admin: members.describe('Who may freeze, thaw, lock everything and force an unlock'),
});
export type Roles = z.infer<typeof Roles>;
export type RoleName = keyof Roles;

export const Service = z.strictObject({
  repository: repository.describe('GitHub repository, owner/name'),
  ref: sentence.optional().describe('What a bare /deploy deploys; the default branch when left out'),
});
export type Service = z.infer<typeof Service>;

const services = listOf(name, 'services such as [api, web]').min(1, {
  error: 'a list of at least one service',
});

export const LockRules = z
  .strictObject({
    default_for: duration.optional().describe('How long a lock lasts when nobody says for how long'),
    max_for: duration.optional().describe('The longest that a lock may last'),
    require_reason: yesOrNo.default(false).describe('Whether a lock needs a reason'),
    remind_after: duration.prefault('4h').describe('When the holder is asked whether it is still needed'),
    offer_for: duration.prefault('10m').describe('How long an offered lock waits to be accepted'),
  })
  .refine(({ default_for = 0, max_for = Number.POSITIVE_INFINITY }) => default_for <= max_for, {
    path: ['default_for'],
    error: 'a length of time no longer than "max_for"',
  });

const checks = z.union([z.enum(['all', 'none']), z.array(z.string().min(1)).min(1)], {
  error: 'all, none, or a list of the names of checks such as [build, test]',
});

export const Environment = z.strictObject({
  services: services.describe('What is deployed here; the first is what a bare /deploy ENV deploys'),
  driver: DriverOptions.describe('How a service is deployed here'),
  checks: checks
    .optional()
    .describe(
      'Checks on GitHub that must have passed: all, none, or names; what is missing counts as failing. Left out, those that the commit has must have passed',
    ),
  lock: LockRules.prefault({}).describe('How locks behave here'),
  channel: channel
    .optional()
    .describe('Where messages go; without it where the command was typed, else channels.releases'),
  url: webAddress.optional().describe('Where people find what is deployed'),
  promote_from: name.optional().describe('The environment on which the exact sha must be live already'),
  approvals: wholeNumber(0, 20)
    .default(0)
    .describe('How many approvers, other than the requester and the author of the commit, must agree'),
  approval_expires: duration.prefault('24h').describe('How long a deployment waits for its approvals'),
  start_within: duration.prefault('2m').describe('A start that nobody has reported by then is asked about'),
  timeout: duration.prefault('60m').describe('How long a deployment may take'),
  freezes: listOf(Freeze, 'freezes, each with from, to, timezone and reason')
    .default([])
    .describe('When nothing is deployed here'),
  rollback_during_freeze: yesOrNo.default(false).describe('Whether a rollback may pass a freeze'),
  roles: Roles.optional().describe("Roles here; each one named takes the place of the workspace's"),
});
export type Environment = z.infer<typeof Environment>;

const Slack = z.strictObject({
  workspace: workspace.describe('The id of the Slack workspace; nobody else may act'),
  channels: z
    .strictObject({
      releases: channel.optional().describe('Where deployments are told when no other channel fits'),
      audit: channel.optional().describe('Where Baton tells about itself, such as a bad configuration'),
    })
    .prefault({})
    .describe('Channels by purpose'),
});

const Person = z.strictObject({
  name: sentence.describe('For readers of this file; Baton goes by the ids'),
  slack: person.describe('Slack user id'),
  github: githubLogin.optional().describe('GitHub login, so that nobody approves their own commit'),
  site: name.optional().describe('Where the person works: one of `sites`'),
});

const RemoteDeploys = z.strictObject({
  label: sentence.default('remote-deploy').describe('The label on a pull request that asks for one'),
  services: services.describe('Services whose pull requests may have an environment of their own'),
  driver: DriverOptions.describe('How a pull request is deployed'),
  roles: Roles.pick({ deployer: true })
    .optional()
    .describe('Who may, by command or label; without it deployers, and whoever may write to the repository'),
  url: z
    .string()
    .regex(/^https?:\/\/\S+$/, { error: 'an address that begins with https:// or http://' })
    .optional()
    .describe('Where people find it; {number} is the number of the pull request'),
  expire_after: duration.prefault('72h').describe('When it is torn down by itself'),
  max: wholeNumber(1, 1_000).default(20).describe('How many there may be at once'),
  sweep_every: duration
    .prefault('15m')
    .describe('How often Baton looks itself for pull requests that no webhook told of'),
});

const email = z.email({ error: 'an e-mail address such as releases@acme.example' });

const Mail = z.strictObject({
  from: email.describe('The sender'),
  to: listOf(email, 'e-mail addresses such as [releases@acme.example]')
    .min(1, { error: 'a list of at least one e-mail address' })
    .describe('Who gets the digests of handoffs'),
  sender_may_differ: yesOrNo
    .default(false)
    .describe('Whether the mail server lets its account send as somebody else'),
});

/** The whole of `baton.yml`. Strict, so that a typing error cannot disarm a gate. */
export const Config = z.strictObject({
  slack: Slack.describe('The Slack workspace'),
  people: listOf(Person, 'people such as [{ name: Asha, slack: U0ASHA }]')
    .default([])
    .describe('Who is who on Slack and GitHub'),
  roles: Roles.prefault({}).describe('Who may do what, everywhere; an empty list is nobody'),
  services: byName(Service).describe('What can be deployed, by name'),
  environments: byName(Environment).describe('Where it can be deployed, by name'),
  remote_deploys: RemoteDeploys.optional().describe("Pull requests' own environments"),
  sites: byName(Site).prefault({}).describe('Where people work, by name'),
  handoffs: listOf(Handoff, 'handoffs, each with from, to, at and channel')
    .default([])
    .describe('Which site passes its open work to which'),
  pairs: Pairs.optional().describe('Who is suggested to work with whom, anew each week'),
  mail: Mail.optional().describe('Digests by mail; needs SMTP_URL in the environment'),
});
export type Config = z.infer<typeof Config>;
