import { expect, it } from '@jest/globals';
import { progressOf } from '../../src/drivers/deployment-statuses.ts';
import { progressWithout } from '../../src/drivers/github-trouble.ts';

const said = (state: string) => ({ id: 1, state, description: '', target_url: '' });

it.each(['queued', 'pending', 'in_progress'])('has been heard when a tool has said %s', (state) => {
  expect(progressOf([said(state)])).toMatchObject({ state: 'in_progress', heard: true });
});

it('has not been heard while no tool has said anything', () => {
  expect(progressOf([])).not.toHaveProperty('heard');
});

it('has not been heard where GitHub cannot be asked', () => {
  const trouble = { kind: 'unclear', why: 'no answer' } as const;

  expect(progressWithout(trouble, undefined)).not.toHaveProperty('heard');
});
