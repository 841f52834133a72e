import type { Deployment, Live } from '../deployments/deployment.ts';
import type { FreezePeriod } from '../freezes/freeze.ts';
import type { Lock, Place, Warning } from '../locks/lock.ts';
import type { Drift } from './drift.ts';
import type { Note } from './note.ts';

/** What a digest looks back to, when it is made, and when the next one comes. */
export interface Span {
  readonly since: Date;
  readonly at: Date;
  readonly until: Date;
}

/** The locks, the line and the warnings of an environment, or those on everything. */
export interface Claimed {
  /** `leaving`: the holder's day ends with the handoff. */
  readonly locks: readonly { readonly lock: Lock; readonly leaving: boolean }[];
  /** Ids of the deployments in the line. */
  readonly waiting: readonly string[];
  /** The people in it. */
  readonly line: readonly Place[];
  readonly warnings: readonly Warning[];
  readonly unreadable: boolean;
}

export interface EnvironmentFacts {
  readonly name: string;
  /** What is deployed there, by the configuration. */
  readonly services: readonly string[];
  /** Newest first. Some ended before the span. */
  readonly deployments: readonly Deployment[];
  /** There were more than were read. */
  readonly cut: boolean;
  readonly live: ReadonlyMap<string, Live>;
  /** Ids of the deployments that hold a lease: nothing else is deployed to their services. */
  readonly blocking: ReadonlySet<string>;
  readonly claims: Claimed;
  readonly freezes: readonly FreezePeriod[];
  /** What is stored and cannot be read. */
  readonly unreadable: readonly string[];
}

/** A remote deploy that failed, or that ends before the next digest. */
export interface RemoteFact {
  readonly what: string;
  /** `api#12`, as it is typed. */
  readonly where: string;
  readonly said: string;
  /** Slack id; empty for somebody of whom only GitHub knows: then `by` is their login. */
  readonly owner: string;
  readonly by: string;
  readonly since: Date;
  /** When it ends by itself. */
  readonly at: Date | null;
  readonly next: string;
}

export interface Facts {
  readonly span: Span;
  /** What is claimed of all environments at once. */
  readonly everywhere: Claimed;
  readonly environments: readonly EnvironmentFacts[];
  readonly drifts: readonly Drift[];
  readonly notes: readonly Note[];
  readonly remote: readonly RemoteFact[];
  readonly gaps: readonly string[];
  /** The names in the configuration, by Slack id: a list of many must not call each person. */
  readonly names: ReadonlyMap<string, string>;
}
