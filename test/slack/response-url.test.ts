import { expect, it } from '@jest/globals';
import { isResponseUrl } from '../../src/slack/response-url.ts';

it.each([
  ['https://hooks.slack.com/commands/T0/1/x', true],
  ['https://hooks.slack-gov.com/commands/T0/1/x', true],
  ['http://127.0.0.1:4000/respond/1', true],
  ['http://hooks.slack.com/commands/T0/1/x', false],
  ['https://hooks.slack.com:444/x', false],
  ['https://hooks.slack.com.evil.example/x', false],
  ['https://hooks.slack.com@evil.example/x', false],
  ['https://someone@hooks.slack.com/x', false],
  ['https://evil.example/hooks.slack.com', false],
  ['http://127.0.0.1:4001/respond/1', false],
  ['http://169.254.169.254/latest', false],
  ['file:///etc/passwd', false],
  ['hooks.slack.com', false],
  ['', false],
])('takes %s for an address of Slack: %s', (url, expected) => {
  expect(isResponseUrl(url, 'http://127.0.0.1:4000/api/')).toBe(expected);
});
