import * as z from 'zod';

/*
 * What Slack accepts in a message, as far as it is written down: docs.slack.dev/reference/block-kit and the comments
 * in @slack/types. Objects are strict, because Slack refuses keys that it does not know.
 */

const id = z.string().min(1).max(255).optional();
const words = (limit: number) => z.string().min(1).max(limit);
const link = z.url().max(3_000);

const plain = (limit: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: words(limit), emoji: z.boolean().optional() });
const mrkdwn = (limit: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: words(limit), verbatim: z.boolean().optional() });
const either = (limit: number) => z.discriminatedUnion('type', [plain(limit), mrkdwn(limit)]);

const confirm = z.strictObject({
  title: plain(100),
  text: either(300),
  confirm: plain(30),
  deny: plain(30),
  style: z.enum(['primary', 'danger']).optional(),
});

const option = z.strictObject({
  text: either(75),
  value: words(150),
  description: plain(75).optional(),
  url: link.optional(),
});

const button = z.strictObject({
  type: z.literal('button'),
  text: plain(75),
  action_id: id,
  value: z.string().max(2_000).optional(),
  url: link.optional(),
  style: z.enum(['primary', 'danger']).optional(),
  confirm: confirm.optional(),
  accessibility_label: z.string().max(75).optional(),
});

const select = z.strictObject({
  type: z.literal('static_select'),
  action_id: id,
  placeholder: plain(150).optional(),
  options: z.array(option).min(1).max(100),
  initial_option: option.optional(),
  confirm: confirm.optional(),
});

const overflow = z.strictObject({
  type: z.literal('overflow'),
  action_id: id,
  options: z.array(option).min(1).max(5),
  confirm: confirm.optional(),
});

const picture = z.strictObject({ type: z.literal('image'), image_url: link, alt_text: words(2_000) });

const interactive = z.discriminatedUnion('type', [button, select, overflow]);

const RichTextPart = z.looseObject({
  type: z.enum(['rich_text_section', 'rich_text_list', 'rich_text_quote', 'rich_text_preformatted']),
  elements: z.array(z.looseObject({ type: z.string() })),
});

const Block = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('section'),
      block_id: id,
      text: either(3_000).optional(),
      fields: z.array(either(2_000)).min(1).max(10).optional(),
      accessory: z.discriminatedUnion('type', [button, select, overflow, picture]).optional(),
      expand: z.boolean().optional(),
    })
    .refine((block) => block.text !== undefined || block.fields !== undefined, 'needs text or fields'),
  z.strictObject({ type: z.literal('header'), block_id: id, text: plain(150) }),
  z.strictObject({ type: z.literal('divider'), block_id: id }),
  z.strictObject({
    type: z.literal('context'),
    block_id: id,
    elements: z
      .array(z.discriminatedUnion('type', [plain(3_000), mrkdwn(3_000), picture]))
      .min(1)
      .max(10),
  }),
  z.strictObject({
    type: z.literal('actions'),
    block_id: id,
    elements: z
      .array(interactive)
      .min(1)
      .max(25)
      .refine(
        (elements) => allDiffer(elements.map((element) => element.action_id)),
        'action_id stands twice',
      ),
  }),
  z.strictObject({
    type: z.literal('image'),
    block_id: id,
    image_url: link,
    alt_text: words(2_000),
    title: plain(2_000).optional(),
  }),
  z.strictObject({ type: z.literal('markdown'), block_id: id, text: words(12_000) }),
  z.strictObject({ type: z.literal('rich_text'), block_id: id, elements: z.array(RichTextPart).min(1) }),
  z.strictObject({
    type: z.literal('table'),
    block_id: id,
    rows: z
      .array(z.array(z.looseObject({ type: z.enum(['raw_text', 'rich_text']) })).max(20))
      .min(1)
      .max(100),
    column_settings: z.array(z.looseObject({})).max(20).optional(),
  }),
]);
export type Block = z.infer<typeof Block>;

const blocksOf = (limit: number) =>
  z
    .array(Block)
    .max(limit)
    .refine((blocks) => allDiffer(blocks.map((block) => block.block_id)), 'block_id stands twice')
    .refine((blocks) => markdownLength(blocks) <= 12_000, 'markdown blocks hold over 12000 characters');

const MessageBlocks = blocksOf(50);

/** What Slack would find wrong with the blocks of a message, in its form; empty when it would take them. */
export function problemsWithBlocks(blocks: unknown): readonly string[] {
  const { error } = MessageBlocks.safeParse(blocks);
  return (error?.issues ?? []).map(
    (issue) => `[ERROR] ${issue.message} [json-pointer:/${['blocks', ...issue.path].join('/')}]`,
  );
}

const LIVE =
  /<!(?:channel|here|everyone)(?:\|[^>]*)?>|<!subteam\^[A-Z0-9]+(?:\|[^>]*)?>|<@[UW][A-Z0-9]+(?:\|[^>]*)?>/g;

/** The mentions that would come to life, such as `<!channel>`, in a message's text and in all its markup. */
export function mentionsIn({ text, blocks }: { text: string; blocks: unknown }): readonly string[] {
  return [text, ...markupIn(blocks)].flatMap((markup) => markup.match(LIVE) ?? []);
}

function markupIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(markupIn);
  if (typeof value !== 'object' || value === null) return [];
  if ('type' in value && value.type === 'mrkdwn' && 'text' in value) return [String(value.text)];
  return Object.values(value).flatMap(markupIn);
}

function allDiffer(ids: readonly (string | undefined)[]): boolean {
  const given = ids.filter((each) => each !== undefined);
  return new Set(given).size === given.length;
}

function markdownLength(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + (block.type === 'markdown' ? block.text.length : 0), 0);
}
