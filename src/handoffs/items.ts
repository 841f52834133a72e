import { ALL, type Lock } from '../locks/lock.ts';
import { counted } from './age.ts';
import { deploymentItems, endedIn } from './deployment-items.ts';
import { byUrgency, type Content, type Item, newItem } from './digest.ts';
import type { Drift } from './drift.ts';
import type { Claimed, EnvironmentFacts, Facts, RemoteFact } from './found.ts';
import type { Note } from './note.ts';

const ENDED_KEPT = 300;

/** What the facts come to: the open items, the most urgent first, and what has ended. */
export function contentOf(facts: Facts): Content {
  const { span, environments } = facts;
  const items = [
    ...facts.notes.map(noteItem),
    ...environments.flatMap((one) => [...deploymentItems(one, facts), ...freezeItems(one)]),
    ...environments.flatMap(({ name, claims }) => claimItems(claims, name)),
    ...claimItems(facts.everywhere, ALL),
    ...environments.flatMap(({ name, unreadable }) => unreadable.map((what) => unreadableItem(what, name))),
    ...facts.remote.map(remoteItem),
    ...facts.drifts.map(driftItem),
  ].toSorted(byUrgency);
  const ended = environments
    .flatMap((one) => endedIn(one, facts))
    .toSorted((one, other) => Number(other.endedAt) - Number(one.endedAt));
  const cut = environments.filter((one) => one.cut).map(({ name }) => name);
  const gaps = [
    ...facts.gaps,
    ...(cut.length === 0 ? [] : [`Only the newest deployments were read of: ${cut.join(', ')}.`]),
  ];
  return { since: span.since, at: span.at, items, ended: ended.slice(0, ENDED_KEPT), gaps, pairs: [] };
}

const NOTES = {
  blocked: { section: 'blocked', what: 'Blocked' },
  ongoing: { section: 'ongoing', what: 'Ongoing' },
  note: { section: 'notes', what: 'Note' },
  done: { section: 'done', what: 'Clean break' },
} as const;

function noteItem({ id, by, text, mark, at, link }: Note): Item {
  const next = mark === 'blocked' ? `Help, then “/handoff done ${id}”` : `“/handoff done ${id}” when it is`;
  const { section, what } = NOTES[mark ?? 'note'];
  return newItem(id, { section, what, where: '', said: text, link, owner: by, since: at, next });
}

function freezeItems({ name: where, freezes }: EnvironmentFacts): Item[] {
  return freezes.map(({ begins, ends, reason: said, by }) => {
    const told = { section: 'freezes' as const, where, said, owner: by ?? '', at: begins ?? ends };
    const what = begins === null ? 'the freeze ends' : 'a freeze begins';
    const next = begins === null ? 'Deployments go on from then' : 'Deploy before it, or after it';
    return newItem(`${where} ${told.at?.toISOString() ?? ''}`, { ...told, what, next });
  });
}

function claimItems({ locks, line, warnings, unreadable }: Claimed, environment: string): Item[] {
  const where = named(environment);
  const lost = unreadable ? [unreadableItem('the locks', environment)] : [];
  return [
    ...lost,
    ...locks.map(({ lock, leaving }) => lockItem(lock, leaving && !lock.turn)),
    ...line.map(({ id, person: owner, since, reason: said, scope }) => {
      const what = 'waits for the lock';
      return newItem(id, { section: 'waiting', what, where: named(scope), said, owner, since });
    }),
    ...warnings.map(({ id, by: owner, reason: said, since, until: at, scope }) => {
      const told = { section: 'warnings' as const, what: 'warning', where: named(scope) };
      return newItem(id, { ...told, said, owner, since, at, next: `“/unlock ${where}” ends one's own` });
    }),
  ];
}

function lockItem(
  { id, scope, holder: owner, reason: said, since, until, handoff, turn }: Lock,
  leaving: boolean,
): Item {
  const where = named(scope);
  const locked = handoff === null ? 'locked' : 'locked until the handoff';
  const at = handoff === null ? until : null;
  if (!leaving) {
    const next = turn ? 'Theirs once they accept' : `“/lock ${scope} --wait” joins the line`;
    return newItem(id, {
      section: 'locks',
      what: turn ? 'kept' : locked,
      where,
      said,
      owner,
      since,
      at,
      next,
    });
  }
  const next =
    handoff === null
      ? 'Its holder leaves: take it over, or it stays locked'
      : 'Take it over to keep it: else it ends with “I have it”';
  return newItem(id, {
    section: 'leaving',
    what: locked,
    where,
    said,
    owner,
    since,
    at,
    next,
    lock: { id, scope },
  });
}

function unreadableItem(what: string, environment: string): Item {
  const next = 'It blocks: an admin looks at it in Redis';
  const where = named(environment);
  return newItem(`${environment} ${what}`, {
    section: 'unreadable',
    what: `${what} cannot be read`,
    where,
    next,
  });
}

function remoteItem({ what: told, where, said, owner, by, since, at, next }: RemoteFact): Item {
  const what = by === '' ? told : `${told} (${by} on GitHub)`;
  return newItem(where, { section: 'remote', what, where, said, owner, since, at, next });
}

function driftItem({ environment, service, commits, branch, since, live }: Drift): Item {
  const where = `${environment}/${service}`;
  const what = `${counted(commits, 'commit')} of ${branch} not shipped`;
  const next = `“/deploy ${environment} ${service}”`;
  return newItem(where, { section: 'unshipped', what, where, owner: live.by, since: since ?? null, next });
}

function named(scope: string): string {
  return scope === ALL ? 'every environment' : scope;
}
