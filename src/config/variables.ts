import { createPrivateKey } from 'node:crypto';
import * as z from 'zod';
import { parseSmtpUrl } from '../mail/smtp-url.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Each message completes "NAME must be …". None repeats the value. */
const text = (what: string, pattern: RegExp) => z.string(what).regex(pattern, what).optional();
const printable = (what: string) => text(`${what}, without spaces`, /^[\x21-\x7e]+$/);

/** The process variables one by one; src/config/settings.ts says which belong together. */
export const Variables = z.object({
  HOST: text('a host name or an IP address, such as 127.0.0.1', /^[A-Za-z0-9.:_-]+$/),
  PORT: text('a port from 0 to 65535', /^\d{1,5}$/).refine(
    (port) => port === undefined || Number(port) <= 65_535,
    'a port from 0 to 65535',
  ),
  BATON_CONFIG: text('the path of a configuration file, such as baton.yml', /\S/),
  BATON_DATA: text('the path of a folder, such as .baton', /\S/),
  BATON_URL: webAddress('an http(s) address without query, such as https://baton.example').transform((url) =>
    url?.replace(/\/+$/, ''),
  ),
  BATON_API_TOKEN: printable('a token'),
  REDIS_URL: z.string().optional(),
  SLACK_BOT_TOKEN: text('a bot token, which begins with xoxb-', /^(xoxe\.)?xoxb-[\x21-\x7e]+$/),
  SLACK_SIGNING_SECRET: printable('the signing secret of the Slack app'),
  SLACK_APP_TOKEN: text('an app-level token, which begins with xapp-', /^xapp-[\x21-\x7e]+$/),
  SLACK_API_URL: webAddress('an http(s) address that ends in /, such as https://slack.com/api/').refine(
    (url) => url === undefined || url.endsWith('/'),
    'an http(s) address that ends in /, such as https://slack.com/api/',
  ),
  GITHUB_TOKEN: printable('a token'),
  GITHUB_APP_ID: text('the id of a GitHub App, a number', /^(\d+|Iv[\w.]+)$/),
  GITHUB_PRIVATE_KEY: z
    .string()
    .transform((pem) => pem.replaceAll(String.raw`\n`, '\n'))
    .refine(isRsaKey, 'the private key of the GitHub App, in PEM')
    .optional(),
  GITHUB_WEBHOOK_SECRET: printable('the secret of the webhook'),
  GITHUB_API_URL: webAddress('an http(s) address, such as https://ghe.example/api/v3').transform((url) =>
    url?.replace(/\/+$/, ''),
  ),
  SMTP_URL: z
    .string()
    .refine((url) => parseSmtpUrl(url) !== undefined, 'an address such as smtp://user:password@host:587')
    .optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `one of ${LOG_LEVELS.join(', ')}`).optional(),
});
export type Variables = z.infer<typeof Variables>;

function webAddress(what: string) {
  return z.string().refine(isPlainAddress, what).optional();
}

function isPlainAddress(url: string): boolean {
  if (!/^https?:\/\/[\x21-\x7e]+$/.test(url) || !URL.canParse(url)) return false;
  const { username, password, search, hash } = new URL(url);
  return username === '' && password === '' && search === '' && hash === '';
}

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}
