const SHOWN_INSTEAD = '[redacted]';

/** Shorter values are words rather than secrets; hiding each `a` would hide everything. */
const SHORTEST_SECRET = 6;

/** What a secret looks like, wherever it stands: in a message, a field, a stack, or JSON inside JSON. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]+-----(?:(?:[^"\\]|\\[^"])*?-----END [A-Z ]+-----|(?:[^"\\]|\\[^"])*)/g, SHOWN_INSTEAD],
  [/\bxox[a-z]-[\w.-]+|\bxapp-[\w.-]+|\bxoxe\.[\w.-]+/g, SHOWN_INSTEAD],
  [/\bgh[a-z]_[A-Za-z0-9_.-]+|\bgithub_pat_\w+/g, SHOWN_INSTEAD],
  [/\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/g, SHOWN_INSTEAD],
  [/https:\/\/hooks\.slack(-gov)?\.com\/[^\s"'\\<>]+/g, SHOWN_INSTEAD],
  [/("(?:response_?url|authorization)"\s*:\s*")(?:[^"\\]|\\.)*/gi, `$1${SHOWN_INSTEAD}`],
  [/((\\+)"(?:response_?url|authorization)\2"\s*:\s*\2").*?(?=(?<!\\)\2")/gi, `$1${SHOWN_INSTEAD}`],
  [
    /(\b(?:response_?url|authorization)\s*[:=]\s*)('[^'\r\n]*'|(?!['"\\])[^\r\n"\\]+)/gi,
    `$1${SHOWN_INSTEAD}`,
  ],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${SHOWN_INSTEAD}`],
  [/(:\/\/[^\s/:@"'\\]*:)[^\s/@"'\\]+@/g, `$1${SHOWN_INSTEAD}@`],
];

/**
 * Makes a function that takes secrets out of a text: what looks like one, and each value in `secrets`, also as it
 * stands in JSON or in a URL. The set may grow later.
 */
export function redactor(secrets: ReadonlySet<string>): (text: string) => string {
  let known: RegExp | undefined;
  let size = -1;
  return (text) => {
    if (secrets.size !== size) {
      size = secrets.size;
      known = patternOf(secrets);
    }
    const without = known === undefined ? text : text.replaceAll(known, SHOWN_INSTEAD);
    return PATTERNS.reduce((shown, [pattern, instead]) => shown.replaceAll(pattern, instead), without);
  };
}

/** The same value with those of its fields changed that are there and are text. */
export function mapTexts<Value extends object>(
  value: Value,
  names: readonly string[],
  change: (text: string) => string,
): Value {
  const changed = names.flatMap((name) => {
    const text: unknown = Reflect.get(value, name);
    return typeof text === 'string' ? [[name, change(text)]] : [];
  });
  return { ...value, ...Object.fromEntries(changed) };
}

function patternOf(secrets: ReadonlySet<string>): RegExp | undefined {
  const forms = Array.from(secrets)
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
    .sort((a, b) => b.length - a.length) // a longer one may contain a shorter one
    .map((form) => form.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`));
  return forms.length === 0 ? undefined : new RegExp(forms.join('|'), 'g');
}
