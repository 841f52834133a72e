import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ConflictError } from '../errors.ts';

const instant = z.coerce.date();

/** What a digest tells of, the most urgent first. */
export const SECTIONS = [
  'blocked',
  'unknown',
  'failed',
  'unreadable',
  'break_glass',
  'remote',
  'awaiting',
  'leaving',
  'unmended',
  'waiting',
  'running',
  'locks',
  'freezes',
  'warnings',
  'ongoing',
  'notes',
  'unshipped',
  'done',
] as const;
export const Section = z.enum(SECTIONS);
export type Section = z.infer<typeof Section>;

/** One open thing: what, where, whose, since when, and what to do next. */
export const Item = z.object({
  /** Five letters, the same in every digest for as long as it is the same thing. */
  id: z.string(),
  section: Section,
  /** Our words, such as `api failed`. */
  what: z.string(),
  /** `staging/api`; empty where it is nowhere in particular. */
  where: z.string(),
  /** People's words: a reason, a note, what a run said. Empty for none. */
  said: z.string().default(''),
  /** The message in Slack that a note was made from. */
  link: z.string().nullable().default(null),
  /** Slack id; empty for nobody. */
  owner: z.string().default(''),
  since: instant.nullable().default(null),
  /** When it ends or begins by itself. */
  at: instant.nullable().default(null),
  /** The next step, our words; empty for none. */
  next: z.string().default(''),
  /** The very lock that may be taken over. */
  lock: z.object({ id: z.string(), scope: z.string() }).nullable().default(null),
  /** The deployment that waits for an approval. */
  deployment: z.string().nullable().default(null),
});
export type Item = z.infer<typeof Item>;

/** One deployment that ended since the last digest. */
export const Ended = z.object({
  id: z.string(),
  environment: z.string(),
  service: z.string(),
  ref: z.string(),
  state: z.enum(['success', 'failure', 'cancelled', 'superseded']),
  /** The reason code and what the run said, for one that did not succeed. */
  reason: z.string().default(''),
  /** Slack id, and the name in the configuration; empty for none. */
  by: z.string(),
  name: z.string().default(''),
  endedAt: instant,
  /** Null for one that never began. */
  seconds: z.int().nullable(),
});
export type Ended = z.infer<typeof Ended>;

/** What a digest says, as it was found at one moment. */
export const Content = z.object({
  /** Everything from here on is told. */
  since: instant,
  at: instant,
  /** The most urgent first. */
  items: z.array(Item),
  /** Newest first. */
  ended: z.array(Ended),
  /** What could not be looked at, or was cut short, a sentence each. */
  gaps: z.array(z.string()),
  /** Who works with whom this week, on the day on which that is suggested: Slack ids by twos. */
  pairs: z.array(z.array(z.string())).default([]),
});
export type Content = z.infer<typeof Content>;

export const Assigned = z.object({ to: z.string(), by: z.string(), at: instant });

export const DigestState = z.enum(['due', 'built', 'posted', 'taken', 'missed']);
export type DigestState = z.infer<typeof DigestState>;

/** What one handoff says on one day. */
export const Digest = z.object({
  version: z.literal(1),
  /** The handoff's name and the day at the giving site: one digest for each. */
  id: z.string(),
  /** Grows with every save; a save compares it first. */
  revision: z.int(),
  state: DigestState,
  handoff: z.string(),
  from: z.string(),
  /** The site that takes it; null when nobody works within a day. */
  to: z.string().nullable(),
  date: z.string(),
  dueAt: instant,
  channel: z.string(),
  /** Posted later than it should have been. */
  late: z.boolean().default(false),
  /** Earlier ones that this one makes good: they were missed, or went to another site. */
  folded: z.array(z.string()).default([]),
  content: Content.nullable().default(null),
  postedAt: instant.nullable().default(null),
  taken: z.object({ by: z.string(), at: instant }).nullable().default(null),
  assigned: z.record(z.string(), Assigned).default({}),
  leadToldAt: instant.nullable().default(null),
});
export type Digest = z.infer<typeof Digest>;

const NEXT = {
  due: ['built', 'missed'],
  built: ['posted', 'taken', 'missed'],
  posted: ['taken'],
  taken: [],
  missed: [],
} as const satisfies Record<DigestState, readonly DigestState[]>;

/** What may change along with the state. */
export type DigestChange = Partial<
  Pick<Digest, 'content' | 'late' | 'folded' | 'postedAt' | 'taken' | 'assigned'>
>;

/** The digest in its next state. Throws ConflictError for a step that the table does not have. */
export function digestIn(from: Digest, state: DigestState, change: DigestChange = {}): Digest {
  const next: readonly DigestState[] = NEXT[from.state];
  if (next.includes(state)) return { ...from, ...change, state };
  throw new ConflictError(`The digest ${from.id} is ${from.state} and cannot become ${state}.`);
}

/** Whether anybody can read it in Slack, or soon will. */
export function isTold({ state }: Pick<Digest, 'state'>): boolean {
  return state === 'built' || state === 'posted' || state === 'taken';
}

/** `bengaluru-us-2026-11-23` */
export function digestIdFor({ handoff, date }: { readonly handoff: string; readonly date: string }): string {
  return `${handoff}-${date}`;
}

/** The id of an item: always the same for the same thing. */
export function itemIdFor(section: string, thing: string): string {
  const hash = createHash('sha256').update(`${section}\n${thing}`).digest();
  return Array.from(hash.subarray(0, 5), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

/** An item about a thing, which its id is made from; what is left out is nothing. */
export function newItem(thing: string, told: Pick<Item, 'section' | 'what' | 'where'> & Partial<Item>): Item {
  const nothing = {
    said: '',
    link: null,
    owner: '',
    since: null,
    at: null,
    next: '',
    lock: null,
    deployment: null,
  };
  return { ...nothing, id: itemIdFor(told.section, thing), ...told };
}

/** Few vowels, so that ids hardly spell words. 32 letters, so that a byte maps evenly. */
const ALPHABET = 'bcdfghjkmnpqrstvwxyz0123456789ae';

/** The most urgent first; within a section the oldest first. */
export function byUrgency(one: Item, other: Item): number {
  const order = SECTIONS.indexOf(one.section) - SECTIONS.indexOf(other.section);
  return order || Number(one.since ?? 0) - Number(other.since ?? 0);
}

/**
 * The items that stand in the message itself: each section has a few, then the most urgent fill up the rest. In the
 * order of urgency.
 */
export function chosenItems(items: readonly Item[], most: number, each: number): Item[] {
  const counts = new Map<Section, number>();
  const first = items.filter(({ section }) => {
    const count = counts.get(section) ?? 0;
    counts.set(section, count + 1);
    return count < each;
  });
  const chosen = new Set(first.slice(0, most));
  for (const item of items) {
    if (chosen.size >= most) break;
    chosen.add(item);
  }
  return items.filter((item) => chosen.has(item));
}
