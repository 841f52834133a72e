import type * as z from 'zod';
import { nearestWord } from '../nearest.ts';
import { keysAllowedAt } from './json-schema.ts';
import { keyOf, type Problem, shown, valueAt } from './problem.ts';
import { Config } from './schema.ts';
import type { Yaml } from './yaml.ts';

type Issue = z.core.$ZodIssue;

/** The configuration in the YAML, or what is wrong with its shape. */
export function readShape(yaml: Yaml): { config: Config } | { problems: readonly Problem[] } {
  const { data, error } = Config.safeParse(yaml.value, { error: expectation });
  return data === undefined
    ? { problems: (error?.issues ?? []).flatMap((issue) => problemsOf(issue, yaml)) }
    : { config: data };
}

function problemsOf(issue: Issue, yaml: Yaml): Problem[] {
  const value = issue.path.reduce(valueAt, yaml.value);
  const inKey = (path: readonly PropertyKey[], says: string) => [
    { ...yaml.placeOfKey(path), key: keyOf(path), says },
  ];
  if (issue.code === 'unrecognized_keys') {
    const allowed = keysAllowedAt(issue.path, yaml.value);
    const expected = `expected ${anyOf(allowed)}`;
    const says = (key: string) => `unknown key; ${meantOr(key, allowed, expected)}`;
    return issue.keys.flatMap((key) => inKey([...issue.path, key], says(key)));
  }
  if (issue.code === 'invalid_key') {
    return inKey(issue.path, `expected ${issue.issues[0]?.message ?? issue.message}`);
  }
  if (value === undefined) return inKey(issue.path, `missing; expected ${issue.message}`);

  const found = mayBeSecret(issue.path) ? 'something else' : shown(value);
  const meant = typeof value === 'string' ? nearestWord(value, valuesOf(issue)) : undefined;
  const says = `expected ${issue.message}, found ${found}${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
  return [{ ...yaml.placeOfValue(issue.path), key: keyOf(issue.path), says }];
}

function meantOr(word: string, candidates: readonly string[], otherwise: string): string {
  const meant = nearestWord(word, candidates);
  return meant === undefined ? otherwise : `did you mean "${meant}"?`;
}

/** Somebody may have written the secret itself where its variable is to be named. */
function mayBeSecret(path: readonly PropertyKey[]): boolean {
  return path.some((part) => ['secret_env', 'env', 'inputs', 'payload'].includes(String(part)));
}

function valuesOf(issue: Issue): readonly string[] {
  if (issue.path.at(-1) === 'timezone') return [...Intl.supportedValuesOf('timeZone'), ...RENAMED_ZONES];
  if (issue.code === 'invalid_value') return issue.values.map(String);
  return optionsOf(issue);
}

/** The kinds that a section may be of, such as those of drivers. */
function optionsOf(issue: Issue | z.core.$ZodRawIssue): readonly string[] {
  const options: unknown = 'options' in issue ? issue.options : undefined;
  return Array.isArray(options) ? options.map(String) : [];
}

/** Names of today that Node may know only by their former ones. */
const RENAMED_ZONES = [
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Ho_Chi_Minh',
  'Asia/Yangon',
  'Europe/Kyiv',
  'UTC',
];

/** What was expected, where the schema does not say it in its own words. Completes "expected …". */
function expectation(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return anyOf(issue.values.map((value) => JSON.stringify(value)));
    case 'invalid_union':
      return anyOf(optionsOf(issue).map((option) => JSON.stringify(option)));
    case 'too_small':
      return issue.origin === 'array' ? `a list of at least ${issue.minimum}` : 'some text';
    case 'invalid_format':
      return issue.format === 'url' ? 'an address such as https://acme.example' : 'text of another form';
    default:
      return 'something else';
  }
}

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a section with keys of its own',
  record: 'a section with keys of its own',
};

function anyOf(words: readonly string[]): string {
  if (words.length === 0) return 'no key here';
  return words.length === 1 ? `${words[0]}` : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
