import type { Context } from '../context.ts';
import type { Config, Environment } from '../config/schema.ts';
import {
  type GitHubEnd,
  listOurDeployments,
  type OurDeployment,
  readGitHubEnd,
} from '../github/our-deployments.ts';
import { githubEnvironment } from '../github/report.ts';

/** How far back GitHub's list is read for each repository and name, in pages of a hundred. */
const PAGES = 3;
/** How many earlier deployments of a service are asked for their end, to find what is live. */
const MOST_ASKED = 20;

export interface Traced extends OurDeployment {
  readonly repository: string;
  readonly end: GitHubEnd;
}

type GitHub = NonNullable<Context['github']>;

/** What GitHub knows of one service. */
export interface Trace {
  /** Only it can be running: a later lease is given out when the earlier run is over. */
  readonly latest: Traced;
  /** The last one that succeeded; undefined when none is near. */
  readonly success: Traced | undefined;
}

export interface Evidence {
  readonly traces: readonly Trace[];
  /** The highest fence seen, 0 for none. */
  readonly highest: number;
}

/** Reads what GitHub's record says of an environment, service by service. Throws GitHubUnreadableError. */
export async function readEvidence(
  github: GitHub,
  config: Config,
  { environment, rules }: { readonly environment: string; readonly rules: Environment },
): Promise<Evidence> {
  const found = new Map<string, OurDeployment & { readonly repository: string }>();
  for (const service of rules.services) {
    const repository = config.services[service]?.repository ?? '';
    const mirror = githubEnvironment(config, { environment, service, repository });
    // The driver github-deployment uses the plain name; so did the mirror while the service was alone in its repository.
    for (const name of new Set([environment, mirror])) {
      const listed = await listOurDeployments(github, { environment, repository }, { name, pages: PAGES });
      for (const one of listed) {
        if (!found.has(one.id)) found.set(one.id, { ...one, repository });
      }
    }
  }
  const all = Array.from(found.values()).toSorted((one, other) => other.fence - one.fence);
  const services = new Set(all.map(({ service }) => service));
  const traces = await Promise.all(
    Array.from(services, (service) =>
      trace(
        github,
        all.filter((one) => one.service === service),
      ),
    ),
  );
  return { traces: traces.flat(), highest: all[0]?.fence ?? 0 };
}

async function trace(
  github: GitHub,
  newestFirst: readonly (OurDeployment & { readonly repository: string })[],
): Promise<Trace[]> {
  let latest: Traced | undefined;
  for (const one of newestFirst.slice(0, MOST_ASKED)) {
    const traced = { ...one, end: await readGitHubEnd(github, one.repository, one) };
    latest ??= traced;
    if (traced.end !== 'open' && traced.end.state === 'success') return [{ latest, success: traced }];
  }
  return latest === undefined ? [] : [{ latest, success: undefined }];
}
