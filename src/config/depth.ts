import { Lexer } from 'yaml';

/** How deep sections and lists may be inside each other. */
export const DEEPEST = 64;

/** Tokens of the lexer with no text of their own: document begins, broken brackets end, a scalar follows. */
const SCALAR_FOLLOWS = '\u001f';
const WITHOUT_TEXT: ReadonlySet<string> = new Set(['\u0002', '\u0018', SCALAR_FOLLOWS]);

/**
 * The offset at which YAML goes deeper than any configuration does, told from its tokens alone: the parser is
 * recursive, and a hundred thousand brackets end the whole process.
 */
export function findTooDeep(text: string): number | undefined {
  let offset = 0;
  let brackets = 0;
  let inThisLine = 0;
  let previous = '';
  for (const token of new Lexer().lex(text)) {
    if (previous !== SCALAR_FOLLOWS) {
      if (token === '[' || token === '{') brackets += 1;
      else if (token === ']' || token === '}') brackets -= 1;
      else if (token.endsWith('\n')) inThisLine = 0;
      else if (brackets === 0 && /^[-?:]$/.test(token)) inThisLine += 1;
    }
    if (brackets > DEEPEST || inThisLine > DEEPEST) return offset;
    if (!WITHOUT_TEXT.has(token)) offset += token.length;
    previous = token;
  }
  return undefined;
}
