import { UserError } from '../errors.ts';
import type { WantedRef } from '../github/ref-text.ts';
import { quoted } from '../quoted.ts';

const LONGEST_REF = 255;

/** The ref in `@main` or `#123`; `command` begins the example. Throws UserError for what can be no ref. */
export function readRef(signed: string, command: string): WantedRef {
  const text = signed.slice(1);
  const example = `${command}@main`;
  if (text === '') throw new UserError(`There is nothing after ${quoted(signed)}.`, { example });
  if (signed.startsWith('#')) {
    if (/^[1-9]\d{0,8}$/.test(text)) return { kind: 'pull_request', number: Number(text) };
    const hint = 'A pull request is its number; a branch, tag or sha stands after “@”.';
    throw new UserError(`${quoted(signed)} is not a pull request.`, {
      hint,
      example: 'deploy staging api#123',
    });
  }
  const problem = problemWith(text);
  if (problem === undefined) return { kind: 'named', name: text };
  throw new UserError(`${quoted(text)} is not a ref: ${problem}.`, {
    hint: 'A ref is a branch, a tag or a sha.',
    example,
  });
}

/** What Git's own rules forbid in the name of a branch or tag (git-check-ref-format), and what is no name at all. */
function problemWith(ref: string): string | undefined {
  if (ref.length > LONGEST_REF) return `it has ${ref.length} characters, and ${LONGEST_REF} are the most`;
  if (ref.startsWith('-')) return 'a ref cannot start with “-”';
  if (/:\/\/|::/.test(ref)) return 'it looks like an address';
  const bare = ref.replace(/^(branch|tag|sha):(?!:)/, ''); // how an ambiguous name is told apart
  const [sign] = /[\s~^:?*[\\\p{Cc}]|\.\.|@\{|\/\//u.exec(bare) ?? [];
  if (sign !== undefined) return `a ref cannot hold ${sign.trim() === '' ? 'a space' : quoted(sign)}`;
  if (/^[/.]|\/\.|[/.]$|\.lock(?:\/|$)|^@$/.test(ref)) return 'Git allows no such name';
  return undefined;
}
