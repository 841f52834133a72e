import { afterEach, expect, it } from '@jest/globals';
import { commands } from '../../commands/index.ts';
import { parse } from '../../src/slack/parse.ts';
import { closeContexts, testContext } from '../support/context.ts';
import { speaker } from '../support/say.ts';

afterEach(closeContexts);

it.each(['', 'help', 'baton', 'baton help', '🚀', ':wave:'])(
  'answers “%s” with all commands and how they are typed',
  async (text) => {
    const reply = await speaker(testContext())('U0CLEO', text);

    expect(reply.to).toBe('caller');
    for (const { usage } of commands) expect(reply.words).toContain(`\`${usage}\``);
  },
);

it.each(['help lock', 'lock help', 'baton help lock', 'baton help /LOCK', 'lock 🚀'])(
  'answers “%s” with that command',
  async (text) => {
    const reply = await speaker(testContext())('U0CLEO', text);

    expect(reply.text).toBe('How to use /lock');
    expect(reply.words).toContain('`/lock staging for 2h because load test`');
  },
);

it('names the nearest command when help is asked about none', async () => {
  const reply = await speaker(testContext())('U0CLEO', 'help unlok');

  expect(reply.words).toContain('There is no command `unlok`');
  expect(reply.words).toContain('Did you mean `unlock`?');
});

it('says who Slack says the person is, and what they may do where', async () => {
  const reply = await speaker(testContext())('U0ASHA', 'baton whoami');

  expect(reply.words).toContain('You are <@U0ASHA> (`U0ASHA`), on GitHub `asha-k`.');
  expect(reply.words).toMatch(/Your zone is Asia\/Kolkata, where it is Tue,? 15 Jan,? 17:30\./);
  expect(reply.words).toContain('• *staging*: deployer');
  expect(reply.words).toContain('• *production*: no role');
});

it('says which Baton it is', async () => {
  expect((await speaker(testContext())('U0CLEO', 'baton version')).text).toMatch(/^Baton \d+\.\d+\.\d+$/);
});

it.each(commands.map((command) => [command.name, command] as const))(
  'has an example of %s that is right, and says how it is typed',
  (name, command) => {
    expect(parse(command.example, commands).command.name).toBe(name);
    expect(command.usage.startsWith(`/${name}`)).toBe(true);
  },
);
