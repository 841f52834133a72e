import { afterEach, expect, it } from '@jest/globals';
import { driverOf } from '../../src/deployments/driver.ts';
import { redactor } from '../../src/redact.ts';
import { closeRuns, place } from '../drivers/command-target.ts';
import { driverRequest } from '../drivers/requests.ts';
import { runToTheEnd } from '../drivers/suite.ts';
import { deployment } from '../support/deployment.ts';

afterEach(closeRuns);

const SECRET = 'Vq7-hx2Kp9-Zt4Rm8-Wd3Ls6-Bj5Nf1';
const HALF = SECRET.length / 2;

/** Lines of 200 characters, so many characters in all. */
const lines = (length: number) => `${'x'.repeat(199)}\n`.repeat(Math.ceil(length / 200)).slice(-length);

it.each([
  { cut: 'a long line', output: `xx ${SECRET}${'x'.repeat(500 - HALF)}` },
  { cut: 'the last 3,000 characters', output: `x\n${SECRET}\n${lines(2_999 - HALF)}` },
  { cut: 'a colour', output: `${SECRET.slice(0, 9)}\u001b[31m${SECRET.slice(9)}` },
  { cut: 'what is read of the output', output: `${SECRET}${'\n'.repeat(64 * 1024 - HALF - 7)}the end` },
  { cut: 'what is kept of the last line', output: `${SECRET}${'x'.repeat(4 * 1024 - HALF)}` },
  { cut: 'what is said of the last line', output: `${'x'.repeat(455)}${SECRET}${'x'.repeat(50)}` },
  { cut: 'what was said of the last line', output: `${'x'.repeat(290)}${SECRET}${'x'.repeat(50)}` },
])('shows no part of a secret that goes across $cut', async ({ output }) => {
  const end = await endOf(`process.stdout.write(${JSON.stringify(output)}, () => process.exit(1));`);

  expect(end).toMatchObject({ state: 'failure', tail: expect.stringMatching(/\S/) });
  const parts = Array.from({ length: SECRET.length - 5 }, (_, at) => SECRET.slice(at, at + 6));
  expect(parts.filter((part) => JSON.stringify(end).includes(part))).toEqual([]);
});

it('keeps what a driver says short, however much there is', async () => {
  const end = await endOf(`process.stdout.write(${JSON.stringify(lines(50_000))} + 'y'.repeat(4_000));
    process.exitCode = 1;`);

  const { summary = '', tail = '' } = 'tail' in end ? end : {};
  expect(summary).toMatch(/^\.\/deploy\.mjs exited with 1: y+…$/);
  expect(summary).toHaveLength(500);
  expect(tail.length).toBeLessThanOrEqual(3_000);
  expect(tail.split('\n').length).toBeLessThanOrEqual(30);
  expect(tail).toMatch(/x\ny{500}$/);
});

async function endOf(script: string) {
  const target = place(script);
  const driver = { ...target.driver, ...driverOf(deployment({ driverOptions: target.options })) };
  const tools = { ...target.tools, redact: redactor(new Set([SECRET])) };
  return runToTheEnd({ ...target, driver, tools }, driverRequest());
}
