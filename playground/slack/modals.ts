import * as z from 'zod';
import { findPerson, newId, type Workspace } from './workspace.ts';
import { type Answered, newTrigger, send, type Sender } from './requests.ts';

const PlainText = z.looseObject({ text: z.string() });
const Options = z.array(z.looseObject({ text: PlainText, value: z.string() }));

/** The fields of a modal that Baton uses: docs.slack.dev/reference/block-kit/blocks/input-block */
const Field = z.looseObject({
  type: z.literal('input'),
  block_id: z.string(),
  element: z.discriminatedUnion('type', [
    z.looseObject({ type: z.literal('plain_text_input'), action_id: z.string() }),
    z.looseObject({ type: z.literal('static_select'), action_id: z.string(), options: Options }),
    z.looseObject({ type: z.literal('checkboxes'), action_id: z.string(), options: Options }),
  ]),
});
type FieldElement = z.infer<typeof Field>['element'];

export interface Submitted {
  readonly user: string;
  /** The id of the modal. */
  readonly modal: string;
  /** What was entered or chosen, by the field's block id. */
  readonly entered: Readonly<Record<string, readonly string[]>>;
}

export interface AnsweredModal extends Answered {
  /** What the app has against it, by the field's block id. */
  readonly errors?: Readonly<Record<string, string>> | undefined;
}

/** Sends what a person entered in the modal before them, as Slack's `view_submission`. It closes unless the app names errors. */
export async function sendSubmission(
  workspace: Workspace,
  sender: Sender,
  { user, modal: id, entered }: Submitted,
): Promise<AnsweredModal> {
  const person = findPerson(workspace, user);
  const modal = workspace.modals.get(id);
  if (person === undefined || modal?.user !== user) throw new Error('That window is no longer open.');
  const { team, app } = workspace;
  const payload = {
    type: 'view_submission',
    team: { id: team.id, domain: team.domain },
    user: { id: person.id, username: person.name, name: person.name, team_id: team.id },
    api_app_id: app.id,
    trigger_id: newTrigger(workspace, user),
    view: {
      ...modal.view,
      id,
      team_id: team.id,
      hash: newId(8),
      previous_view_id: null,
      root_view_id: id,
      app_id: app.id,
      external_id: '',
      bot_id: app.bot,
      state: { values: valuesOf(modal.view.blocks, entered) },
    },
    response_urls: [],
    is_enterprise_install: false,
  };
  const form = new URLSearchParams({ payload: JSON.stringify(payload) });
  const answered = await send(workspace, sender, form.toString());
  const errors = answered.body === '' ? undefined : Errors.safeParse(JSON.parse(answered.body)).data?.errors;
  if (answered.status === 200 && errors === undefined) workspace.modals.delete(id);
  return { ...answered, errors };
}

const Errors = z.object({
  response_action: z.literal('errors'),
  errors: z.record(z.string(), z.string()),
});

function valuesOf(blocks: readonly unknown[], entered: Submitted['entered']): Record<string, object> {
  const fields = blocks.flatMap((block) => Field.safeParse(block).data ?? []);
  return Object.fromEntries(
    fields.map(({ block_id: id, element }) => [
      id,
      { [element.action_id]: { type: element.type, ...valueOf(element, entered[id] ?? []) } },
    ]),
  );
}

function valueOf(element: FieldElement, given: readonly string[]): object {
  switch (element.type) {
    case 'plain_text_input':
      return { value: given[0] || null };
    case 'static_select':
      return { selected_option: element.options.find(({ value }) => value === given[0]) ?? null };
    case 'checkboxes':
      return { selected_options: element.options.filter(({ value }) => given.includes(value)) };
  }
}
