import type { Deployment } from '../deployments/deployment.ts';
import { type Item, itemIdFor, newItem } from './digest.ts';
import type { EnvironmentFacts } from './found.ts';

interface Failed {
  /** The service's last deployment that failed or succeeded. */
  readonly last: Deployment;
  readonly endedAt: Date;
  /** When it failed, each time. */
  readonly failures: readonly Date[];
}

/** Services whose last deployment failed; whoever has deployed them again is done with it. */
export function lastFailures({ deployments, live }: EnvironmentFacts): Failed[] {
  return [...new Set(deployments.map(({ service }) => service))].flatMap((service) => {
    const judged = deployments
      .filter((one) => one.service === service && (one.state === 'failure' || one.state === 'success'))
      .toSorted((one, other) => Number(other.endedAt) - Number(one.endedAt));
    const [last] = judged;
    if (last?.endedAt == null || last.state !== 'failure') return [];
    const { endedAt } = last;
    if ((live.get(service)?.since ?? new Date(0)) > endedAt) return [];
    const failures = judged.flatMap((one) => (one.state === 'failure' ? (one.endedAt ?? []) : []));
    return [{ last, endedAt, failures }];
  });
}

/** Told in full once; then in few words, under the same id, for as long as nothing has succeeded there since. */
export function failureItem(
  { last, endedAt, failures }: Failed,
  { services }: EnvironmentFacts,
  since: Date,
): Item[] {
  const { environment, service, ref, requestedBy: owner, previous } = last;
  const where = `${environment}/${service}`;
  const told = { where, owner, since: endedAt, id: itemIdFor('failed', where) };
  const mend = `Fix it and “/deploy ${environment} ${service}”`;
  if (endedAt < since) {
    if (!services.includes(service)) return [];
    return [newItem(where, { ...told, section: 'unmended', what: `${ref} failed, not mended`, next: mend })];
  }
  const times = failures.filter((at) => at >= since).length;
  const what = `${ref} failed${times > 1 ? ` (${times} times)` : ''}`;
  const before = previous === null ? 'nothing was live before' : `${previous.ref} was live before`;
  return [
    newItem(where, { ...told, section: 'failed', what, said: whyOf(last), next: `${mend}; ${before}` }),
  ];
}

/** The reason code and what the run said. */
export function whyOf({ reason, summary }: Deployment): string {
  return [reason ?? '', summary].filter((part) => part !== '').join(': ');
}
