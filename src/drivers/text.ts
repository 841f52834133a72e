import { stripVTControlCharacters } from 'node:util';

/**
 * Text from outside as one line, without colours and control characters, at most `longest` characters; still data.
 * Drivers leave it long: secrets are taken out first, and then it is cut to what people see (src/deployments/driver.ts).
 */
export function plainText(text: string, longest = 10_000): string {
  const plain = stripVTControlCharacters(text).replace(INVISIBLE, '').replace(/\s+/g, ' ').trim();
  return plain.length > longest ? `${plain.slice(0, longest - 1)}…` : plain;
}

/** A program's output without colours and control characters; still data. */
export function plainLines(output: string): string {
  return stripVTControlCharacters(output).replaceAll('\r', '\n').replace(INVISIBLE, '');
}

/** The last lines of plain output: at most 30, and at most 3,000 characters. What is cut must hold no secrets any more. */
export function lastLines(output: string): string {
  const lines = output.split('\n');
  const kept = lines.filter((line) => line.trim() !== '').slice(-30);
  return kept
    .map((line) => line.slice(-500))
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
