import { afterEach, describe, expect, it } from '@jest/globals';
import { type Answering, breaks, receiver, says } from './receiver.ts';
import { closeServers } from './servers.ts';
import { runToTheEnd } from './suite.ts';
import { driverTools } from './tools.ts';

afterEach(closeServers);

describe('what an answer means', () => {
  it.each<{ answer: string; answering: Answering; state: string; words: RegExp }>([
    {
      answer: 'a refusal',
      answering: says(422, '<b>no such ref</b>'),
      state: 'failure',
      words: /422: <b>no such ref/,
    },
    {
      answer: 'a lower fence',
      answering: says(409, 'fence 9 was seen'),
      state: 'failure',
      words: /fence 9 was seen/,
    },
    { answer: 'a temporary redirect', answering: says(307, ''), state: 'failure', words: /307/ },
    { answer: 'a redirect after something done', answering: says(303, ''), state: 'unknown', words: /303/ },
    { answer: 'a server error', answering: says(500, 'oops'), state: 'unknown', words: /500: oops/ },
    { answer: 'a gateway’s time-out', answering: says(504, ''), state: 'unknown', words: /504/ },
    { answer: 'a reset connection', answering: breaks, state: 'unknown', words: /deploy hook/ },
    { answer: 'HTML', answering: says(200, '<html>ok</html>'), state: 'unknown', words: /<html>ok/ },
    { answer: 'NaN', answering: says(200, '{"state":NaN}'), state: 'unknown', words: /NaN/ },
    {
      answer: 'a word it may not use',
      answering: says(200, '{"state":"great"}'),
      state: 'unknown',
      words: /great/,
    },
    {
      answer: '__proto__',
      answering: says(200, '{"__proto__":{"state":"success"}}'),
      state: 'unknown',
      words: /proto/,
    },
  ])('takes $answer for $state', async ({ answering, state, words }) => {
    const end = await runToTheEnd(await receiver(answering));

    expect(end.state).toBe(state);
    expect('why' in end ? end.why : 'summary' in end && end.summary).toMatch(words);
  });

  it('waits ten seconds for an answer, and then does not know', async () => {
    const target = await receiver(says(200, ''));
    let limit: AbortSignal | null | undefined;
    const tools = driverTools({
      fetch: async (_url, init) => {
        limit = init?.signal;
        throw new DOMException('too late', 'TimeoutError');
      },
    });

    const end = await runToTheEnd({ ...target, tools });

    expect(end).toMatchObject({ state: 'unknown', why: expect.stringMatching(/within 10 seconds/) });
    expect(limit).toBeDefined();
  });

  it.each([301, 302, 307, 308])(
    'follows no redirect (%i): what is signed stays where it was sent',
    async (status) => {
      const elsewhere = await receiver(says(200, '{"state":"success"}'));
      const target = await receiver((response) => {
        response.writeHead(status, { location: elsewhere.options.url }).end();
      });

      expect((await runToTheEnd(target)).state).not.toBe('success');
      expect([elsewhere.bodies, elsewhere.asked]).toEqual([[], []]);
    },
  );

  it('takes a closed port for a failure: certainly nothing was sent', async () => {
    const target = await receiver(says(200, ''));
    await closeServers();

    expect(await runToTheEnd(target)).toMatchObject({
      state: 'failure',
      summary: expect.stringMatching(/ECONNREFUSED/),
    });
  });

  it('reads no more than it can use of an endless answer', async () => {
    let sent = 0;
    const flood = Buffer.alloc(64 * 1024, 'x');
    const target = await receiver((response) => {
      const pour = (): void => {
        for (let more = true; more && !response.destroyed && sent < 300_000_000; ) {
          sent += flood.length;
          more = response.write(flood);
        }
      };
      response.on('drain', pour);
      pour();
    });

    expect((await runToTheEnd(target)).state).toBe('unknown');
    expect(sent).toBeLessThan(50_000_000);
  });

  it('keeps a bounded part of a refusal, without control characters', async () => {
    const end = await runToTheEnd(await receiver(says(400, `\u001b[31m\u202e${'no '.repeat(10_000)}`)));

    const summary = 'summary' in end ? (end.summary ?? '') : '';
    expect(summary.length).toBeLessThan(10_100);
    expect(summary).toMatch(/^The deploy hook answered 400: no no/);
  });

  it('drops an address that is no web address', async () => {
    const body = JSON.stringify({
      state: 'success',
      url: 'javascript:alert(1)',
      log_url: 'data:text/html,x',
      description: 5,
    });

    expect(await runToTheEnd(await receiver(says(200, body)))).toEqual({
      state: 'success',
      run: 'staging-bcdfghjk',
    });
  });
});
