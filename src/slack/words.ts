import type { ClauseName, Command, Word, Words } from '../command.ts';
import type { UserError } from '../errors.ts';
import { nearestWord } from '../nearest.ts';
import { freeText, type Token, tokensOf } from './tokens.ts';
import { quoted } from '../quoted.ts';
import { wrong } from './wrong.ts';

const LONGEST_REASON = 500;

interface Draft {
  readonly command: Command;
  readonly words: Word[];
  readonly flags: Set<string>;
  readonly values: Map<string, string>;
  readonly clauses: Map<ClauseName, string>;
}

/** Takes apart what was typed after the command's name. Throws UserError for what the grammar does not have. */
export function readWords(rest: string, command: Command): Words {
  const draft: Draft = { command, words: [], flags: new Set(), values: new Map(), clauses: new Map() };
  const free = command.grammar.rest !== undefined;
  if (!free) {
    const queue = collect(rest, draft);
    for (let token = queue.shift(); token !== undefined; token = queue.shift()) take(token, queue, draft);
  }
  return {
    command: command.name,
    words: draft.words,
    flags: draft.flags,
    values: draft.values,
    because: draft.clauses.get('because'),
    for: draft.clauses.get('for'),
    until: draft.clauses.get('until'),
    rest: free ? freeText(rest) : undefined,
  };
}

/** The words before `because`; what stands behind it is read here, for it need not be made of words. */
function collect(rest: string, draft: Draft): Token[] {
  const tokens: Token[] = [];
  for (const token of tokensOf(rest)) {
    if ('bad' in token) throw wrong(draft.command, `${token.bad} ${quoted(token.word)}.`);
    if (keyword(token) === 'because') {
      draft.clauses.set('because', readReason(rest.slice(token.end), draft.command));
      break;
    }
    tokens.push(token);
  }
  return tokens;
}

function readReason(raw: string, command: Command): string {
  refuseClause('because', command);
  const reason = freeText(raw);
  if (reason === '') throw wrong(command, 'There is nothing after “because”.');
  const length = Array.from(reason).length;
  if (length <= LONGEST_REASON) return reason;
  throw wrong(command, `The reason has ${length} characters; at most ${LONGEST_REASON} are kept.`);
}

const KEYWORDS = ['to', 'on', 'for', 'until', 'because'] as const;
type Keyword = (typeof KEYWORDS)[number];

function keyword(token: Token): Keyword | undefined {
  return token.quoted ? undefined : KEYWORDS.find((known) => known === token.text.toLowerCase());
}

/** `-1` is a number, if a wrong one. */
function isFlag(token: Token): boolean {
  return !token.quoted && /^-(?!\d)/.test(token.text);
}

function take(token: Token, queue: Token[], draft: Draft): void {
  const word = keyword(token);
  if (isFlag(token)) takeFlag(token.text, queue, draft);
  else if (word === undefined || word === 'because') takeWord(token, undefined, draft);
  else if (word === 'for' || word === 'until') takeClause(word, queue, draft);
  else takeWord(next(word, queue, draft), word, draft);
}

/** The word that must follow. */
function next(after: string, queue: Token[], { command }: Draft): Token {
  const token = queue.shift();
  if (token !== undefined && !isFlag(token) && keyword(token) === undefined) return token;
  const but = token === undefined ? '' : ` but ${quoted(token.text)}`;
  throw wrong(command, `There is nothing after ${quoted(after)}${but}.`);
}

function takeWord(token: Token, after: 'to' | 'on' | undefined, { command, words }: Draft): void {
  const { entity } = token;
  const isPerson = entity?.kind === 'person' && command.grammar.people === true;
  if (entity !== undefined && !isPerson) throw notPlain(token, entity.kind, command);
  const text = isPerson ? entity.id : token.text;
  if (words.length < command.grammar.words.length) words.push({ text, after });
  else throw tooMany(token.text, command);
}

const REF_STANDS = 'A branch, tag or sha stands after “@”, as in “api@main”.';

function notPlain(token: Token, kind: 'person' | 'channel' | 'link', command: Command): UserError {
  const what = { person: 'a person', channel: 'a channel', link: 'a link' }[kind];
  const hint =
    kind === 'link'
      ? 'A ref is a branch, a tag or a sha, and a pull request is its number, such as api#123.'
      : 'A name that begins with @ or # goes in quotation marks.';
  return wrong(command, `${quoted(token.text)} is ${what}, which /${command.name} does not take here.`, hint);
}

function tooMany(text: string, command: Command): UserError {
  const { words, clauses } = command.grammar;
  const expected = words.length === 0 ? 'takes no words' : `takes ${words.join(' ')}`;
  const meant = nearestWord(text, [...clauses, ...flagNames(command)]);
  const takesRef = words.some((word) => word.includes('@REF'));
  const reason = clauses.includes('because') ? 'A reason stands after “because”.' : undefined;
  return wrong(
    command,
    `${quoted(text)} is one word too many: /${command.name} ${expected}.`,
    meant === undefined ? (takesRef ? REF_STANDS : reason) : `Did you mean ${quoted(meant)}?`,
  );
}

function takeClause(name: 'for' | 'until', queue: Token[], draft: Draft): void {
  refuseClause(name, draft.command);
  if (draft.clauses.has(name)) throw wrong(draft.command, `${quoted(name)} is there twice.`);
  const parts = [next(name, queue, draft).text];
  while (queue[0] !== undefined && !isFlag(queue[0]) && keyword(queue[0]) === undefined) {
    parts.push(queue.shift()?.text ?? '');
  }
  draft.clauses.set(name, parts.join(' '));
}

function refuseClause(name: ClauseName, command: Command): void {
  if (command.grammar.clauses.includes(name)) return;
  throw wrong(command, `${quoted(name)} means nothing to /${command.name}.`);
}

function takeFlag(text: string, queue: Token[], draft: Draft): void {
  const { command, flags, values } = draft;
  const [dashed = '', given] = text.split(/=(.*)/s);
  const name = dashed.replace(/^--/, '');
  if (!flagNames(command).includes(dashed)) throw unknownFlag(dashed, command);
  if (flags.has(name) || values.has(name)) throw wrong(command, `${quoted(dashed)} is there twice.`);
  if (command.grammar.flags.includes(name)) {
    if (given !== undefined)
      throw wrong(command, `${quoted(text)} is not understood: ${dashed} takes no value.`);
    flags.add(name);
  } else {
    values.set(name, given ?? valueOf(dashed, next(dashed, queue, draft), command));
  }
}

function valueOf(dashed: string, token: Token, command: Command): string {
  const wanted = command.grammar.values?.[dashed.slice(2)];
  if (wanted === 'word' && token.entity === undefined) return token.text;
  if (wanted === 'person' && token.entity?.kind === 'person') return token.entity.id;
  const expected = wanted === 'person' ? 'a person, such as @ben' : 'a word';
  throw wrong(command, `${quoted(token.text)} after ${dashed} should be ${expected}.`);
}

function unknownFlag(dashed: string, command: Command): UserError {
  const meant = nearestWord(`--${dashed.replace(/^-+/, '')}`, flagNames(command));
  const hint = meant === undefined ? undefined : `Did you mean ${quoted(meant)}?`;
  return wrong(command, `${quoted(dashed)} is not a flag of /${command.name}.`, hint);
}

function flagNames({ grammar }: Command): string[] {
  return [...grammar.flags, ...Object.keys(grammar.values ?? {})].map((name) => `--${name}`);
}
