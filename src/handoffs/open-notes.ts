import type { Context } from '../context.ts';

/** What somebody left for the next site, carried from digest to digest until it is marked done. */
export interface Note {
  readonly id: string;
  /** The site of whoever wrote it. */
  readonly site: string;
  /** Slack id. */
  readonly by: string;
  readonly text: string;
  readonly mark: 'blocked' | 'ongoing' | 'done' | null;
  readonly at: Date;
}

/** The notes of a site that are to be told. */
export type OpenNotes = (ctx: Context, site: string, now: Date) => Promise<readonly Note[]>;

/** The place of the notes' own store. */
export const openNotes: OpenNotes = async () => [];
