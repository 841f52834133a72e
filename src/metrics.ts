import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What this process counts from its start on. Label values come from short lists: never what people typed. */
export const metrics = new Registry();
const registers = [metrics];

const ends = new Counter({
  name: 'baton_deployments_ended_total',
  help: 'Deployments that ended, by environment, final state and reason code',
  labelNames: ['environment', 'state', 'reason'] as const,
  registers,
});

const acks = new Histogram({
  name: 'baton_slack_ack_seconds',
  help: 'Time from the arrival of a request from Slack to its answer',
  labelNames: ['outcome'] as const,
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3],
  registers,
});

const drivers = new Histogram({
  name: 'baton_driver_seconds',
  help: 'Time from the start of a run to its end, by driver type and final state',
  labelNames: ['driver', 'state'] as const,
  buckets: [1, 5, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600],
  registers,
});

const messages = new Counter({
  name: 'baton_messages_total',
  help: 'Messages for Slack by outcome',
  labelNames: ['outcome'] as const,
  registers,
});

const commands = new Counter({
  name: 'baton_commands_total',
  help: 'Commands by name and by the reason of their refusal, empty when they were done',
  labelNames: ['command', 'reason'] as const,
  registers,
});

const webhooks = new Counter({
  name: 'baton_webhooks_total',
  help: 'Deliveries of GitHub webhooks by event and by what became of them',
  labelNames: ['event', 'outcome'] as const,
  registers,
});

const build = new Gauge({
  name: 'baton_build_info',
  help: 'Always 1; the version is in the labels',
  labelNames: ['version', 'node'] as const,
  registers,
});

/** A deployment has ended; to be called where its end is saved, so once. */
export function countDeploymentEnd(environment: string, state: string, reason: string | null): void {
  ends.inc({ environment, state, reason: reason ?? '' });
}

export function observeAck(seconds: number, outcome: string): void {
  acks.observe({ outcome }, seconds);
}

export function observeDriver(type: string, seconds: number, state: string): void {
  drivers.observe({ driver: type, state }, seconds);
}

/** `outcome` is one of `sent`, `later`, `refused`, `uncertain`. */
export function countMessage(outcome: string): void {
  messages.inc({ outcome });
}

/** `command` is a known command's name, or `unknown`: what people type must not become a label. */
export function countCommand(command: string, reason: string | null): void {
  commands.inc({ command, reason: reason ?? '' });
}

/**
 * `event` is one that Baton knows, `other`, or `unverified` for what is not signed; `outcome` is one of `queued`,
 * `ignored`, `foreign` (a repository that no service has), `refused`, `failed`.
 */
export function countWebhook(event: string, outcome: string): void {
  webhooks.inc({ event, outcome });
}

/** To be called at the start: what Node tells of the process, and which version this is. */
export function describeProcess(version: string): void {
  const known = metrics.getSingleMetric('process_cpu_seconds_total') !== undefined;
  if (!known) collectDefaultMetrics({ register: metrics });
  build.set({ version, node: process.version }, 1);
}
