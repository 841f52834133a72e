import { stripVTControlCharacters } from 'node:util';

/** Text from outside as one line, without colours and control characters, at most `longest` characters; still data. */
export function plainText(text: string, longest = 300): string {
  const plain = stripVTControlCharacters(text).replace(INVISIBLE, '').replace(/\s+/g, ' ').trim();
  return plain.length > longest ? `${plain.slice(0, longest - 1)}…` : plain;
}

/** The last lines of a program's output: at most 30, and at most 3,000 characters. */
export function lastLines(output: string): string {
  const lines = stripVTControlCharacters(output).replaceAll('\r', '\n').replace(INVISIBLE, '').split('\n');
  const kept = lines.filter((line) => line.trim() !== '').slice(-30);
  return kept
    .map((line) => line.slice(0, 500))
    .join('\n')
    .slice(-3_000);
}

/** The address if it is one that a person may click, else undefined: `javascript:` and the like are dropped. */
export function webAddress(text: string | null | undefined): string | undefined {
  if (typeof text !== 'string' || text.length > 2_000 || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
}

/** Control characters but line ends and tabs, and what turns the direction of writing. */
const INVISIBLE = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu;
