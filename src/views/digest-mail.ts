/** What a digest says, in plain words; people as Slack writes them (`<@U0BEN>`). */
export interface DigestText {
  /** `Handoff from bengaluru to us, Monday 23 November`; the subject too. */
  readonly title: string;
  /** What stands before everything: who takes it, that it is late, that nothing is open. */
  readonly intro: readonly string[];
  readonly sections: readonly { readonly title: string; readonly lines: readonly string[] }[];
  /** Where the digest stands in Slack, if that is known. */
  readonly url: string | null;
}

/** Writes a digest as a mail: subject, HTML and plain text, with the people's names in place of their ids. */
export function digestMail(
  digest: DigestText,
  people: readonly { readonly slack: string; readonly name: string }[],
): { readonly subject: string; readonly html: string; readonly text: string } {
  const names = new Map(people.map(({ slack, name }) => [slack, name]));
  const words = (text: string) => plain(withNames(text, names));
  const title = words(digest.title);
  const intro = digest.intro.map(words);
  const sections = digest.sections.map(({ title: head, lines }) => ({
    head: words(head),
    lines: lines.map(words),
  }));
  const url = digest.url !== null && /^https?:\/\/[^\s"<>]+$/.test(digest.url) ? digest.url : null;
  return {
    subject: title,
    html: page(
      title,
      [
        ...intro.map((line) => `<p style="margin:0 0 12px">${escaped(line)}</p>`),
        ...sections.map(({ head, lines }) => htmlSection(head, lines)),
        ...(url === null
          ? []
          : [`<p style="margin:24px 0 0"><a href="${escaped(url)}">The digest in Slack</a></p>`]),
      ].join('\n'),
    ),
    text: [
      title,
      ...intro,
      ...sections.map(({ head, lines }) => [head, ...lines.map((line) => `- ${line}`)].join('\n')),
      ...(url === null ? [] : [`The digest in Slack: ${url}`]),
    ].join('\n\n'),
  };
}

function htmlSection(head: string, lines: readonly string[]): string {
  const items = lines.map((line) => `<li style="margin:0 0 6px">${escaped(line)}</li>`).join('\n');
  return `<h2 style="font-size:17px;margin:24px 0 8px">${escaped(head)}</h2>\n<ul style="margin:0;padding-left:20px">\n${items}\n</ul>`;
}

/** One column that no phone has to scroll sideways; long shas and branches break. */
function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(title)}</title></head>
<body style="margin:0;padding:16px;color:#1d1c1d;background:#ffffff">
<div style="max-width:640px;margin:0 auto;font:16px/1.5 -apple-system,'Segoe UI',Roboto,Arial,sans-serif;overflow-wrap:anywhere">
<h1 style="font-size:21px;line-height:1.3;margin:0 0 12px">${escaped(title)}</h1>
${body}
</div>
</body>
</html>
`;
}

function withNames(text: string, names: ReadonlyMap<string, string>): string {
  return text.replaceAll(/<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>/g, (_all, id: string) => names.get(id) ?? `@${id}`);
}

/** One line without controls and without what turns the direction of writing. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu, ' ').trim();
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
