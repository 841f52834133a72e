import * as z from 'zod';
import type { Config } from '../config/schema.ts';
import type { CommandRequest } from './request.ts';

/** A modal as `views.open` takes it (docs.slack.dev: modals). */
export interface Modal {
  readonly type: 'modal';
  /** `command:` and the command's name: what is submitted runs as that command. */
  readonly callback_id: string;
  readonly private_metadata: string;
  readonly title: PlainText;
  readonly submit: PlainText;
  readonly close: PlainText;
  readonly blocks: readonly object[];
}

interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
}

/** Slack takes at most so many options. */
const MOST_OPTIONS = 100;
const LONGEST_REASON = 500;

/** The modal in which a command asks for what it lacks; undefined for a command that needs none. */
export function modalFor(
  config: Config,
  request: Pick<CommandRequest, 'text' | 'channel'>,
): Modal | undefined {
  const words = request.text.trim().split(/\s+/);
  if (words.length === 1 && words[0] === 'deploy') return deployModal(config, request.channel);
  const rejects = words[0] === 'deploy' && words[1] === 'reject' && words.length === 3;
  return rejects ? rejectModal(words[2] ?? '', request.channel) : undefined;
}

/** What was entered, as the text of a command; or what is wrong with it, by the block that it stands in. */
export function readSubmission(body: object): Submitted | undefined {
  const { callback_id, private_metadata, state } = Submission.parse(body).view;
  const { channel, id } = Metadata.parse(JSON.parse(private_metadata));
  const value = (block: string): string => {
    const entered = state.values[block]?.['value'];
    return (entered?.value ?? entered?.selected_option?.value ?? '').trim();
  };
  if (callback_id === 'command:deploy reject') {
    return { channel, text: `deploy reject ${id} because ${escaped(value('reason'))}` };
  }
  if (callback_id !== 'command:deploy') return undefined;
  const ref = value('ref').replace(/^@/, '');
  if (/[\s"“”]/.test(ref))
    return { channel, wrong: { ref: 'A branch, tag or sha holds no spaces or quotes.' } };
  const dryRun = (state.values['dry-run']?.['value']?.selected_options ?? []).length > 0;
  const sign = ref === '' || ref.startsWith('#') ? '' : '@';
  const words = [
    value('environment'),
    `${value('service')}${sign}${escaped(ref)}`,
    ...(dryRun ? ['--dry-run'] : []),
  ];
  return { channel, text: `deploy ${words.join(' ')}` };
}

export type Submitted =
  | { readonly channel: string; readonly text: string }
  | { readonly channel: string; readonly wrong: Readonly<Record<string, string>> };

const Metadata = z.object({ channel: z.string(), id: z.string().default('') });

const Entered = z.object({
  value: z.string().nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
  selected_options: z.array(z.unknown()).nullish(),
});

const Submission = z.object({
  view: z.object({
    callback_id: z.string(),
    private_metadata: z.string(),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), Entered)) }),
  }),
});

function deployModal(config: Config, channel: string): Modal | undefined {
  const environments = Object.keys(config.environments);
  const services = [...new Set(Object.values(config.environments).flatMap((rules) => rules.services))];
  if (environments.length === 0) return undefined;
  return {
    type: 'modal',
    callback_id: 'command:deploy',
    private_metadata: JSON.stringify({ channel }),
    title: plain('Deploy'),
    submit: plain('Deploy'),
    close: plain('Never mind'),
    blocks: [
      input('environment', 'Environment', select(environments)),
      input('service', 'Service', select(services)),
      input(
        'ref',
        'Branch, tag, sha or #pull request',
        textInput('The default branch when left empty'),
        true,
      ),
      input('dry-run', 'Dry run', checkbox('Only tell what it would do and what stands in the way'), true),
    ],
  };
}

function rejectModal(id: string, channel: string): Modal {
  const reason = { ...textInput('The migration is not tested'), max_length: LONGEST_REASON };
  return {
    type: 'modal',
    callback_id: 'command:deploy reject',
    private_metadata: JSON.stringify({ channel, id }),
    title: plain('Reject'),
    submit: plain('Reject'),
    close: plain('Never mind'),
    blocks: [input('reason', `Why should ${id} not go out?`.slice(0, 2_000), reason)],
  };
}

function input(block_id: string, label: string, element: object, optional = false): object {
  return { type: 'input', block_id, label: plain(label), element, optional };
}

function select(names: readonly string[]): object {
  const options = names
    .slice(0, MOST_OPTIONS)
    .map((name) => ({ text: plain(name.slice(0, 75)), value: name }));
  return { type: 'static_select', action_id: 'value', options, initial_option: options[0] };
}

function textInput(placeholder: string): object {
  return { type: 'plain_text_input', action_id: 'value', placeholder: plain(placeholder) };
}

function checkbox(label: string): object {
  return { type: 'checkboxes', action_id: 'value', options: [{ text: plain(label), value: 'yes' }] };
}

function plain(text: string): PlainText {
  return { type: 'plain_text', text };
}

/** As Slack escapes what is typed as a command; a modal's fields come as they were typed. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
