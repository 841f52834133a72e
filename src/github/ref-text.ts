import { UserError } from '../errors.ts';
import { quoted } from '../quoted.ts';

/** What a person wants deployed. A name may say what it is by a prefix: `branch:NAME`, `tag:NAME`, `sha:HEX`. */
export type WantedRef =
  | { readonly kind: 'default' }
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'pull_request'; readonly number: number };

export type RefText =
  | { readonly kind: 'default' }
  | { readonly kind: 'pull_request'; readonly number: number }
  | { readonly kind: 'branch' | 'tag' | 'any'; readonly name: string }
  | { readonly kind: 'sha'; readonly hex: string };

const LONGEST_BYTES = 255;

/** Sorts out what was typed, before GitHub is asked. Throws UserError `ref_not_found` for what can be no ref. */
export function readRefText(wanted: WantedRef | string | undefined): RefText {
  if (wanted === undefined) return { kind: 'default' };
  if (typeof wanted === 'object') {
    return wanted.kind === 'named' ? readRefText(wanted.name) : wanted;
  }
  const pullRequest = /^#([1-9]\d{0,8})$/.exec(wanted)?.[1];
  if (pullRequest !== undefined) return { kind: 'pull_request', number: Number(pullRequest) };

  const [, prefix = 'any', name = ''] = /^(?:(branch|tag|sha):)?(.*)$/s.exec(wanted) ?? [];
  if (prefix === 'sha') {
    if (isSha(name)) return { kind: 'sha', hex: name.toLowerCase() };
    throw noRef(name, 'a sha is 7 to 40 of the characters 0-9 and a-f');
  }
  const problem = problemWith(name);
  if (problem !== undefined) throw noRef(name, problem);
  return { kind: prefix === 'branch' || prefix === 'tag' ? prefix : 'any', name };
}

/** True for what may be a sha or the beginning of one, in enough characters to look it up. */
export function isSha(text: string): boolean {
  return /^[0-9a-f]{7,40}$/i.test(text);
}

/** What git-check-ref-format forbids in the name of a branch or tag, and what only looks like a name. */
function problemWith(name: string): string | undefined {
  if (name === '') return 'nothing is there';
  if (new TextEncoder().encode(name).length > LONGEST_BYTES)
    return `it is longer than ${LONGEST_BYTES} bytes`;
  if (name.startsWith('-')) return 'a ref cannot start with “-”';
  if (/:\/\/|::/.test(name)) return 'an address is no ref';
  if (/[\p{Cc}\p{Cs}]/u.test(name)) return 'a ref cannot hold control characters';
  const [sign] = /[ ~^:?*[\\]|\.\.|@\{|\/\//.exec(name) ?? [];
  if (sign !== undefined) return `a ref cannot hold ${sign === ' ' ? 'a space' : `“${sign}”`}`;
  if (/^[/.]|\/\.|[/.]$|\.lock(?:\/|$)|^@$/.test(name)) return 'Git allows no such name';
  return undefined;
}

function noRef(text: string, problem: string): UserError {
  return new UserError(`${quoted(text)} is not a ref: ${problem}.`, {
    reason: 'ref_not_found',
    hint: 'A ref is a branch, a tag, a sha or a pull request such as #12.',
  });
}
