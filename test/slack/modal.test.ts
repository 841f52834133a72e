import { expect, it } from '@jest/globals';
import { commands } from '../../commands/index.ts';
import { modalFor } from '../../src/slack/modal.ts';
import { parse } from '../../src/slack/parse.ts';
import { findCommandRequest, wrongWords } from '../../src/slack/request.ts';
import { readTarget } from '../../src/slack/target.ts';
import { testConfig } from '../support/config.ts';

const config = testConfig();

it('asks whoever types a bare /deploy for the environment, the service and the ref', () => {
  const modal = modalFor(config, { text: 'deploy', channel: 'C0STG' });

  expect(modal?.callback_id).toBe('command:deploy');
  const words = JSON.stringify(modal?.blocks);
  for (const name of ['staging', 'production', 'api', 'web', 'Dry run']) expect(words).toContain(name);
});

it('asks whoever rejects for the reason', () => {
  const modal = modalFor(config, { text: 'deploy reject production-b4c8d2f7', channel: 'C0STG' });

  expect(JSON.stringify(modal?.blocks)).toContain('production-b4c8d2f7');
});

it.each(['deploy staging', 'deploy status', 'lock', 'deploy reject', 'deploy reject x because no'])(
  'opens nothing for “%s”, which says all',
  (text) => {
    expect(modalFor(config, { text, channel: 'C0STG' })).toBeUndefined();
  },
);

it.each<{ ref: string; dryRun?: boolean; text: string; wanted: object }>([
  { ref: '', text: 'deploy staging web', wanted: { kind: 'default' } },
  { ref: 'main', text: 'deploy staging web@main', wanted: { kind: 'named', name: 'main' } },
  { ref: '@v1.2', text: 'deploy staging web@v1.2', wanted: { kind: 'named', name: 'v1.2' } },
  { ref: '#12', text: 'deploy staging web#12', wanted: { kind: 'pull_request', number: 12 } },
  {
    ref: '<!channel>',
    text: 'deploy staging web@&lt;!channel&gt;',
    wanted: { kind: 'named', name: '<!channel>' },
  },
  { ref: 'main', dryRun: true, text: 'deploy staging web@main --dry-run', wanted: { kind: 'named' } },
])('runs “$text” for what was entered with the ref “$ref”', ({ ref, dryRun = false, text, wanted }) => {
  const request = findCommandRequest(submission({ ref, dryRun }));

  expect(request).toMatchObject({ text, user: 'U0ASHA', team: 'T0ACME', channel: 'C0STG', responseUrl: '' });
  const { words } = parse(request?.text ?? '', commands);
  expect(readTarget(config, words)).toMatchObject({ environment: 'staging', service: 'web', ref: wanted });
  expect(words.flags.has('dry-run')).toBe(dryRun);
});

it('says at once what is wrong with a ref, and runs nothing', () => {
  const request = findCommandRequest(submission({ ref: 'my branch' }));

  expect(request && wrongWords(request)).toBe('ref: A branch, tag or sha holds no spaces or quotes.');
});

it('is one command however often the same modal is submitted', () => {
  const [one, again] = [findCommandRequest(submission({})), findCommandRequest(submission({}))];
  expect(one?.id).toBe(again?.id);
  expect(findCommandRequest(submission({ view: 'V2' }))?.id).not.toBe(one?.id);
});

it('takes the reason of a rejection as people’s text', () => {
  const request = findCommandRequest({
    ...base('V1', 'command:deploy reject', { id: 'production-b4c8d2f7' }),
    view: {
      ...base('V1', 'command:deploy reject', { id: 'production-b4c8d2f7' }).view,
      state: { values: { reason: { value: { value: 'it breaks <b> & more' } } } },
    },
  });

  const { words } = parse(request?.text ?? '', commands);
  expect(words.words.map(({ text }) => text)).toEqual(['production-b4c8d2f7']);
  expect(words.because).toBe('it breaks <b> & more');
});

it('leaves the modals of others alone', () => {
  expect(findCommandRequest(base('V1', 'somebody-elses', {}))).toBeUndefined();
});

function base(id: string, callback_id: string, metadata: object) {
  return {
    type: 'view_submission',
    user: { id: 'U0ASHA', team_id: 'T0ACME' },
    team: { id: 'T0ACME' },
    view: {
      id,
      callback_id,
      private_metadata: JSON.stringify({ channel: 'C0STG', ...metadata }),
      state: { values: {} },
    },
  };
}

function submission({
  ref = '',
  dryRun = false,
  view = 'V1',
}: {
  ref?: string;
  dryRun?: boolean;
  view?: string;
}) {
  const made = base(view, 'command:deploy', {});
  const values = {
    environment: { value: { selected_option: { value: 'staging' } } },
    service: { value: { selected_option: { value: 'web' } } },
    ref: { value: { value: ref === '' ? null : ref } },
    'dry-run': { value: { selected_options: dryRun ? [{ value: 'yes' }] : [] } },
  };
  return { ...made, view: { ...made.view, state: { values } } };
}
