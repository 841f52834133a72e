import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChatPostMessageArguments, ChatUpdateArguments } from '@slack/web-api';
import type { Browser, Page } from 'playwright-core';
import { HINTS } from '../../playground/demo.ts';
import { createRoutes, type Routes } from '../../playground/routes.ts';
import type { DeploymentState } from '../../src/deployments/deployment.ts';
import { modalFor, readSubmission } from '../../src/slack/modal.ts';
import { deploymentView } from '../../src/views/deployment.ts';
import { CHROMIUM, launchBrowser, NO_BROWSER } from '../support/browser.ts';
import { deployment } from '../support/deployment.ts';
import { testConfig } from '../support/config.ts';
import { BOT_TOKEN, startTinyBot, type TinyBot } from '../support/tiny-bot.ts';

const COMMANDS = [
  { name: 'deploy', usage: '/deploy ENV', summary: 'Deploy a service' },
  { name: 'deploy status', usage: '/deploy status [ENV]', summary: 'What is live where' },
  { name: 'lock', usage: '/lock ENV', summary: 'Keep others away' },
];

const MARKUP = [
  { markup: '*bold* _soft_ ~gone~', html: '<strong>bold</strong> <em>soft</em> <s>gone</s>' },
  { markup: '*bold _and soft_*', html: '<strong>bold <em>and soft</em></strong>' },
  { markup: 'a_b_c 2*3*4', html: 'a_b_c 2*3*4' },
  { markup: '\u200B*\u200Bas typed\u200B*\u200B', html: '\u200B*\u200Bas typed\u200B*\u200B' },
  { markup: '`*x* &lt;!channel&gt;`', html: '<code>*x* &lt;!channel&gt;</code>' },
  { markup: '```a\n&lt;b&gt;```', html: '<pre><code>a\n&lt;b&gt;</code></pre>' },
  { markup: 'one\n&gt; two\nthree', html: 'one<blockquote>two</blockquote>three' },
  {
    markup: '<@U0BEN> <#C0SHOP>',
    html: '<span class="mention">@Ben</span> <span class="mention">#shop</span>',
  },
  { markup: '<!channel>', html: '<span class="mention loud">@channel</span>' },
  {
    markup: '&amp;lt; &lt;img src=x onerror=alert(1)&gt;',
    html: '&amp;lt; &lt;img src=x onerror=alert(1)&gt;',
  },
  { markup: '<javascript:alert(1)|click>', html: 'click' },
  {
    markup: '<https://a.example/?b=1&amp;c=2|see>',
    html: '<a href="https://a.example/?b=1&amp;c=2" target="_blank" rel="noopener noreferrer">see</a>',
  },
  { markup: ':no_such_emoji: at 12:30:45', html: ':no_such_emoji: at 12:30:45' },
];

function view(state: DeploymentState) {
  const { text, blocks } = deploymentView(deployment({ state }));
  return { text, blocks: [...blocks] };
}

if (CHROMIUM === undefined) process.stderr.write(`${NO_BROWSER}\n`);

(CHROMIUM === undefined ? describe.skip : describe)('the page', () => {
  let browser: Browser;
  let bot: TinyBot;
  let routes: Routes;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    bot = await startTinyBot();
    routes = createRoutes({
      slack: bot.slack,
      demo: { commands: COMMANDS, hints: HINTS },
      environments: async () => [
        { name: 'staging', services: [{ name: 'shop', live: null, running: [] }], locks: [], freeze: null },
      ],
      held: async () => [
        {
          service: 'shop',
          environment: 'staging',
          state: 'waiting',
          summary: 'Number 1.',
          requested_by: 'U0BEN',
        },
      ],
    });
    bot.mount((request, response) => routes.handle(request, response));
    complaints = [];
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(bot.url);
    await page.getByText('live', { exact: true }).waitFor();
  });
  afterEach(async () => {
    await page.close();
    routes.close();
    await bot.close();
  });

  const messages = () => page.locator('#messages > li');
  const becomes = (user: string) => page.locator(`label:has(input[value=${user}])`).click();
  const common = { token: BOT_TOKEN, channel: 'C0SHOP' };
  const posts = (message: Partial<ChatPostMessageArguments>) =>
    bot.app.client.apiCall('chat.postMessage', { ...common, ...message });
  const edits = (message: Partial<ChatUpdateArguments>) =>
    bot.app.client.apiCall('chat.update', { ...common, ...message });

  async function type(text: string): Promise<void> {
    await page.getByLabel('Message or command').fill(text);
    await page.keyboard.press('Enter');
  }

  /** What stands in the page for one markup text. */
  async function drawn(markup: string) {
    const blocks = [{ type: 'section' as const, text: { type: 'mrkdwn' as const, text: markup } }];
    await posts({ text: 'markup', blocks });
    const ts = bot.slack.messages('C0SHOP').at(-1)?.ts ?? '';
    const text = page.locator(`#messages > li[data-ts="${ts}"] .section .text`);
    await text.waitFor();
    return text;
  }

  it('shows one message, edited from queued to live while one looks', async () => {
    bot.app.command('/deploy', async ({ ack }) => {
      await ack();
      await posts(view('queued'));
      const ts = bot.slack.messages('C0SHOP')[0]?.ts ?? '';
      await page.getByText('is queued').waitFor();
      await edits({ ts, ...view('in_progress') });
      await page.getByText('is in progress').waitFor();
      await edits({ ts, ...view('success') });
    });

    await type('/deploy staging');

    await page.getByText('is live', { exact: false }).first().waitFor();
    await page.getByText('(edited)').waitFor();
    expect(await messages().count()).toBe(2);
    expect(await messages().first().innerText()).toContain('/deploy staging');
    expect(await page.getByRole('complementary', { name: 'Environments' }).innerText()).toMatch(
      /staging\s+shop\s+nothing yet\s+What waits\s.*for Ben\. Number 1\./s,
    );
  });

  it('shows a private answer to its person alone, and says so', async () => {
    bot.app.command('/deploy', ({ ack }) => ack('Asha deploys there'));
    await becomes('U0BEN');

    await type('/deploy staging');

    await page.getByText('Asha deploys there').waitFor();
    expect(await messages().last().innerText()).toContain('Only visible to you');
    await becomes('U0ASHA');
    expect(await messages().count()).toBe(0);
  });

  it('points to what waits for the other person, and to direct messages', async () => {
    const { channel } = await bot.app.client.conversations.open({ token: BOT_TOKEN, users: 'U0BEN' });
    await posts({ channel: channel?.id ?? '', text: 'for Ben alone' });

    await page.getByLabel('1 unread for Ben').waitFor();
    await becomes('U0BEN');
    await page.getByRole('button', { name: 'Baton' }).click();

    await page.getByText('for Ben alone').waitFor();
    expect(await page.getByLabel(/unread/).count()).toBe(0);
  });

  it('sends what a button says when it is clicked, as the person who is chosen', async () => {
    const clicked: unknown[] = [];
    bot.app.action(/^command:/, async ({ ack, body, action }) => {
      await ack();
      clicked.push([body.user.id, 'value' in action && action.value]);
    });
    const text = { type: 'plain_text' as const, text: 'Retry' };
    const elements = [
      { type: 'button' as const, text, action_id: 'command:retry:0', value: 'deploy retry d1' },
    ];
    await posts({ text: 'failed', blocks: [{ type: 'actions', elements }] });
    await becomes('U0BEN');

    await page.getByRole('button', { name: 'Retry' }).click();

    await page.getByText('Ben clicked Retry').waitFor();
    expect(clicked).toEqual([['U0BEN', 'deploy retry d1']]);
  });

  it('opens a modal, says what is wrong with a field, and sends what was entered as Slack does', async () => {
    const modal = modalFor(testConfig(), { text: 'deploy', channel: 'C0SHOP' });
    bot.app.command('/deploy', async ({ ack, body, client }) => {
      await ack();
      await client.apiCall('views.open', { trigger_id: body.trigger_id, view: { ...modal } });
    });
    const submitted: unknown[] = [];
    bot.app.view('command:deploy', async ({ ack, body }) => {
      const entered = readSubmission(body);
      submitted.push([body.user.id, entered]);
      if (entered === undefined || !('wrong' in entered)) return ack();
      return ack({ response_action: 'errors', errors: { ...entered.wrong } });
    });
    await type('/deploy');

    await page.locator('dialog').getByLabel('Environment').selectOption('production');
    await page.getByLabel('Branch, tag').fill('two words');
    await page.getByLabel('Only tell what it would do').check();
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.getByText('A branch, tag or sha holds no spaces or quotes.').waitFor();
    await page.getByLabel('Branch, tag').fill('main');
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();

    await page.locator('dialog').waitFor({ state: 'detached' });
    expect(submitted.at(-1)).toEqual([
      'U0ASHA',
      { channel: 'C0SHOP', text: 'deploy production api@main --dry-run' },
    ]);
    expect(submitted).toHaveLength(2);
  });

  it('draws markup as Slack does, and nothing else comes to life', async () => {
    for (const { markup, html } of MARKUP) {
      expect([markup, await (await drawn(markup)).innerHTML()]).toEqual([markup, html]);
    }
  });

  it('draws every emoji that Baton writes, with its name for those who do not see it', async () => {
    const views = readdirSync('src/views').map((name) => readFileSync(`src/views/${name}`, 'utf8'));
    const written = [...new Set(views.join('\n').match(/:[a-z_]{3,}:/g))];
    expect(written.length).toBeGreaterThan(20);

    const text = await drawn(written.join(' '));

    const drawings = await text.getByRole('img').all();
    const seen = await Promise.all(drawings.map((one) => one.locator('svg').count()));
    expect([written.length, await text.innerText()]).toEqual([seen.length, expect.not.stringContaining(':')]);
    expect(seen).toEqual(written.map(() => 1));
    expect(await text.getByRole('img', { name: 'white check mark' }).count()).toBe(1);
  });

  it('shows times in the zone of the person who looks', async () => {
    const text = await drawn('<!date^1893456000^{date_num} {time}|fallback>');

    expect(await text.innerText()).toBe('2030-01-01 5:30 AM');
    await becomes('U0BEN');
    expect(await text.innerText()).toBe('2029-12-31 4:00 PM');
  });

  it('offers commands while one is typed, to be chosen with the keyboard', async () => {
    const field = page.getByLabel('Message or command');
    await field.pressSequentially('/dep');
    expect(await page.getByRole('option').allInnerTexts()).toEqual([
      expect.stringContaining('/deploy ENV'),
      expect.stringContaining('/deploy status'),
    ]);

    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');

    expect(await field.inputValue()).toBe('/deploy status ');
    expect(bot.slack.workspace.items).toEqual([]);
  });

  it('fills in a first step for its person, who only presses Enter', async () => {
    bot.app.command('/deploy', ({ ack }) => ack('heard'));

    await page.getByTitle('As Ben meanwhile: refused, and told why').click();
    await page.keyboard.press('Enter');

    await page.getByText('heard').waitFor();
    expect(bot.slack.ephemerals('U0BEN')).toHaveLength(1);
  });

  it('catches up by itself when the connection was lost', async () => {
    routes.close();
    bot.slack.say({ user: 'U0BEN', channel: 'C0SHOP', text: 'said meanwhile' });

    await page.getByText('said meanwhile').waitFor();
    await page.getByText('live', { exact: true }).waitFor();
  });

  it.each([
    { width: 360, height: 700 },
    { width: 820, height: 1000 },
    { width: 1600, height: 900 },
  ])('fits $width pixels, and the browser complains about nothing', async ({ width, height }) => {
    await page.setViewportSize({ width, height });
    await posts(view('failure'));
    await drawn(`a ref of ${'long'.repeat(80)}`);

    const [needed = 0, field = 0] = await page.evaluate<number[]>(
      "[document.documentElement.scrollWidth, document.querySelector('#text').getBoundingClientRect().bottom]",
    );
    expect(needed).toBeLessThanOrEqual(width);
    expect(field).toBeLessThanOrEqual(height);
    const panel = page.getByRole('complementary', { name: 'Environments' });
    expect(await panel.getByText('staging', { exact: true }).isVisible()).toBe(true);
    const box = await panel.boundingBox();
    expect((box?.y ?? height) + (box?.height ?? 0)).toBeLessThanOrEqual(height);
    expect(complaints).toEqual([]);
  });
});
