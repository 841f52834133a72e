import { commands } from '../commands/index.ts';
import { configJsonSchema } from '../src/config/json-schema.ts';
import { REASONS } from '../src/reason-codes.ts';
import { slackManifest } from '../src/slack/manifest.ts';

/** Stands in the manifest for the operator's own address. */
const EXAMPLE_URL = 'https://baton.example.com';

/** Files that are made from the source, by what makes them: `npm run schema`, `npm run manifest`. */
export const generated: Readonly<Record<string, () => Readonly<Record<string, string>>>> = {
  schema: () => ({
    'baton.schema.json': json(configJsonSchema()),
    'docs/reason-codes.md': reasonCodesPage(),
  }),
  manifest: () => ({ 'slack-manifest.json': json(slackManifest(commands, { url: EXAMPLE_URL })) }),
};

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function reasonCodesPage(): string {
  const rows = Object.entries(REASONS).map(([code, { says, next }]) => `| \`${code}\` | ${says} | ${next} |`);
  return [
    '# Reason codes',
    '',
    'Every refusal, and every end of a deployment but success, has one of these codes: in the small print of the message and',
    'in the audit trail; an end also in the log and in `baton_deployments_ended_total`. They are stable, so scripts may rely on',
    'them.',
    '',
    '| code | what it says | what to do next |',
    '| --- | --- | --- |',
    ...rows,
    '',
    '<!-- Made from src/reason-codes.ts by `npm run schema`. -->',
    '',
  ].join('\n');
}
