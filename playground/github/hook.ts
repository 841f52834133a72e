import { createHmac, randomUUID } from 'node:crypto';
import { showPerson, showRepository } from './answers.ts';
import type { News, Repository } from './state.ts';

/** One thing that GitHub tells a webhook. */
export interface Delivery {
  /** `X-GitHub-Delivery`: the same each time that it is sent. */
  readonly id: string;
  readonly event: string;
  readonly action: string;
  readonly body: string;
  /** The status of each answer, in order; 0 where there was none. Empty for one that was never sent. */
  readonly answers: number[];
}

/** `hold` keeps it until `release`; `lose` never sends it, as GitHub does not after an outage. */
export type Fate = 'send' | 'lose' | 'twice' | 'hold';

/** The webhook of all repositories of a played GitHub. */
export interface Hook {
  /** Where to send, such as `http://127.0.0.1:3000/github/webhooks`; without it nothing is sent. */
  url: string | undefined;
  /** What becomes of each delivery; all are sent unless a test says otherwise. */
  fate: (delivery: Delivery) => Fate;
  /** All so far, the lost ones too, oldest first. */
  readonly deliveries: Delivery[];
  /** Sends what was held, in the order that is given; all in theirs when left out. */
  release(inOrder?: (held: readonly Delivery[]) => readonly Delivery[]): Promise<void>;
  /** Sends one again, as the button in the settings of a webhook does. Gives the status of the answer. */
  redeliver(delivery: Delivery): Promise<number>;
  /** Resolves when nothing is on its way any more. */
  settled(): Promise<void>;
}

/** GitHub's own limit (docs.github.com: best practices for webhooks). */
const PATIENCE_MS = 10_000;

export function createHook(secret: string): Hook & { tell(repository: Repository, news: News): void } {
  const deliveries: Delivery[] = [];
  const held: Delivery[] = [];
  const flying = new Set<Promise<unknown>>();

  const send = async (delivery: Delivery): Promise<number> => {
    const sending = post(hook.url, delivery, secret);
    flying.add(sending);
    const answer = await sending;
    flying.delete(sending);
    delivery.answers.push(answer);
    return answer;
  };
  const hook: Hook & { tell(repository: Repository, news: News): void } = {
    url: undefined,
    fate: () => 'send',
    deliveries,
    tell: (repository, news) => {
      const delivery = made(repository, news);
      deliveries.push(delivery);
      const fate = hook.url === undefined ? 'lose' : hook.fate(delivery);
      if (fate === 'hold') held.push(delivery);
      if (fate === 'send' || fate === 'twice') void send(delivery);
      if (fate === 'twice') void send(delivery);
    },
    release: async (inOrder = (all) => all) => {
      for (const delivery of inOrder(held.splice(0))) await send(delivery);
    },
    redeliver: send,
    settled: async () => {
      while (flying.size > 0) await Promise.all(flying);
    },
  };
  return hook;
}

function made(repository: Repository, { event, action, sender, about }: News): Delivery {
  const organization = { login: repository.name.split('/')[0] };
  const payload = {
    ...(action !== undefined && { action }),
    ...about,
    repository: showRepository(repository),
    organization,
    sender: showPerson(sender),
  };
  // Unlike its answers, what GitHub tells a webhook does not depend on who asks.
  const body = JSON.stringify(payload, (key, value) => (key === 'permissions' ? undefined : value));
  return { id: randomUUID(), event, action: action ?? '', body, answers: [] };
}

async function post(url: string | undefined, delivery: Delivery, secret: string): Promise<number> {
  if (url === undefined) return 0;
  const signed = (algorithm: 'sha1' | 'sha256') =>
    `${algorithm}=${createHmac(algorithm, secret).update(delivery.body).digest('hex')}`;
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/044aadd',
    'x-github-delivery': delivery.id,
    'x-github-event': delivery.event,
    'x-github-hook-id': '292430182',
    'x-github-hook-installation-target-type': 'organization',
    'x-hub-signature': signed('sha1'),
    'x-hub-signature-256': signed('sha256'),
  };
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(url, { method: 'POST', headers, body: delivery.body, signal });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}
