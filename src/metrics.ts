import { isRemoteEnvironment } from './config/remote-name.ts';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What this process counts from its start on. Label values come from short lists: never what people typed. */
export const metrics = new Registry();

const ends = counter(
  'baton_deployments_ended_total',
  'Deployments that ended, by environment, final state and reason code',
  ['environment', 'state', 'reason'],
);
const messages = counter('baton_messages_total', 'Messages for Slack by outcome', ['outcome']);
const commands = counter(
  'baton_commands_total',
  'Commands by name and by the reason of their refusal, empty when they were done',
  ['command', 'reason'],
);
const acks = histogram(
  'baton_slack_ack_seconds',
  'Time from the arrival of a request from Slack to its answer',
  ['outcome'],
  [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3],
);
const drivers = histogram(
  'baton_driver_seconds',
  'Time from the start of a run to its end, by driver type and final state',
  ['driver', 'state'],
  [1, 5, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600],
);
const webhooks = counter(
  'baton_webhooks_total',
  'Deliveries of GitHub webhooks by event and by what became of them',
  ['event', 'outcome'],
);
const build = gauge(metrics, 'baton_build_info', 'Always 1; the version is in the labels', [
  'version',
  'node',
]);

/** A deployment has ended; to be called where its end is saved, so once. */
export function countDeploymentEnd(environment: string, state: string, reason: string | null): void {
  // One for each pull request would stay in memory for ever.
  const where = isRemoteEnvironment(environment) ? 'pr' : environment;
  ends.inc({ environment: where, state, reason: reason ?? '' });
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

/** The states of jobs that are told apart, as BullMQ names them. */
export const JOB_STATES = ['waiting', 'prioritized', 'active', 'delayed', 'completed', 'failed'] as const;

/** What stands in Redis at one moment. */
export interface Standing {
  /** Whether something is held because Redis has lost data; undefined where that cannot be read. */
  readonly held: boolean | undefined;
  /** Jobs by their state. */
  readonly queues: readonly { readonly name: string; readonly counts: Readonly<Record<string, number>> }[];
  /** How many deployments hold a lease; undefined where that cannot be read. */
  readonly environments: readonly { readonly name: string; readonly running: number | undefined }[];
}

/** All of it as Prometheus text; without what only Redis knows where it did not answer. */
export async function metricsText(standing: Standing | undefined): Promise<string> {
  const now = new Registry(); // anew each time: an environment that is gone must not be told of for ever
  const up = '1 when Redis answered this scrape within a second; 0 leaves out what only Redis knows';
  gauge(now, 'baton_redis_up', up, []).set(standing === undefined ? 0 : 1);
  if (standing !== undefined) tellStanding(now, standing);
  return `${await metrics.metrics()}\n${await now.metrics()}`;
}

function tellStanding(now: Registry, { queues, environments, held }: Standing): void {
  const lost = '1 while nothing is started on some environment because Redis has lost data';
  if (held !== undefined) gauge(now, 'baton_quarantine', lost, []).set(held ? 1 : 0);
  const kept = 'Jobs by queue and state; completed ones are kept for an hour';
  const jobs = gauge(now, 'baton_queue_jobs', kept, ['queue', 'state']);
  const failed = 'Jobs that failed for good and wait for a person to look at them';
  const dead = gauge(now, 'baton_dead_letters', failed, ['queue']);
  const leases = 'Deployments that hold a lease, by environment';
  const running = gauge(now, 'baton_deployments_running', leases, ['environment']);
  for (const { name, counts } of queues) {
    for (const state of JOB_STATES) jobs.set({ queue: name, state }, counts[state] ?? 0);
    dead.set({ queue: name }, counts['failed'] ?? 0);
  }
  for (const { name, running: count } of environments) {
    if (count !== undefined) running.set({ environment: name }, count);
  }
}

function counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]) {
  return new Counter({ name, help, labelNames, registers: [metrics] });
}

function histogram<Label extends string>(
  name: string,
  help: string,
  labelNames: readonly Label[],
  buckets: number[],
) {
  return new Histogram({ name, help, labelNames, buckets, registers: [metrics] });
}

function gauge<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[],
) {
  return new Gauge({ name, help, labelNames, registers: [registry] });
}
