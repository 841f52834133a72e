import { afterEach, expect, it } from '@jest/globals';
import { readSettings } from '../../src/config/settings.ts';
import { createMailer, transportOptions } from '../../src/mail/mail.ts';
import { openMail } from '../../src/mail/open.ts';
import { problemWithSender } from '../../src/mail/sender.ts';
import { parseSmtpUrl } from '../../src/mail/smtp-url.ts';
import { closeSmtpServers, smtpServer } from '../support/smtp.ts';

afterEach(closeSmtpServers);

const account = { user: 'baton@acme.example', password: 'p@ss:/word' };

it.each([
  ['smtp://mail.acme.example', { host: 'mail.acme.example', port: 587, secure: false, account: undefined }],
  ['smtps://mail.acme.example/', { host: 'mail.acme.example', port: 465, secure: true, account: undefined }],
  [
    'smtp://baton%40acme.example:p%40ss%3A%2Fword@mail.acme.example:2525',
    { host: 'mail.acme.example', port: 2_525, secure: false, account },
  ],
  ['smtp://[::1]:25', { host: '::1', port: 25, secure: false, account: undefined }],
])('reads %s', (url, access) => {
  expect(parseSmtpUrl(url)).toEqual(access);
});

it.each([
  'mail.acme.example',
  'http://mail.acme.example',
  'smtp://',
  'smtp://user@mail.acme.example',
  'smtp://:password@mail.acme.example',
  'smtp://user:%zz@mail.acme.example',
  'smtp://mail.acme.example?pool=true',
  'smtp://mail.acme.example/inbox',
  'smtp://mail.acme.example:99999',
  'smtp://a b:c@mail.acme.example',
])('does not take %s for a mail server', (url) => {
  expect(parseSmtpUrl(url)).toBeUndefined();
});

it.each([
  { host: 'mail.acme.example', secure: false, requireTLS: true, ignoreTLS: false },
  { host: 'mail.acme.example', secure: true, requireTLS: false, ignoreTLS: false },
  { host: '127.0.0.1.evil.example', secure: false, requireTLS: true, ignoreTLS: false },
  { host: '10.0.0.5', secure: false, requireTLS: true, ignoreTLS: false },
  { host: '127.0.0.1', secure: false, requireTLS: false, ignoreTLS: true },
  { host: 'localhost', secure: false, requireTLS: false, ignoreTLS: true },
  { host: '::1', secure: false, requireTLS: false, ignoreTLS: true },
])('asks for TLS outside this machine: $host, smtps $secure', ({ host, secure, ...tls }) => {
  expect(transportOptions({ host, port: 1, secure, account })).toMatchObject(tls);
});

it('does not log in to a server elsewhere that offers no TLS', async () => {
  const server = await smtpServer({ login: account });
  // It leads to this machine without being one of its own names.
  const mailer = createMailer({ host: '0.0.0.0', port: server.port, secure: false, account });

  await expect(mailer.verify()).rejects.toThrow(/^There is no TLS with the mail server 0\.0\.0\.0:\d+/);

  expect(server.commands.filter((line) => line.startsWith('AUTH'))).toEqual([]);
});

const mail = { from: 'baton@acme.example', to: ['releases@acme.example'], sender_may_differ: false };

it.each([
  { when: 'the account is the sender', user: 'baton@acme.example', may: false, fits: true },
  { when: 'only the case differs', user: 'Baton@Acme.example', may: false, fits: true },
  { when: 'the account is somebody else', user: 'other@acme.example', may: false, fits: false },
  { when: 'the account is no address', user: 'apikey', may: false, fits: false },
  { when: 'the server allows another sender', user: 'apikey', may: true, fits: true },
  { when: 'the server asks for no login', user: undefined, may: false, fits: true },
])('judges the sender when $when', ({ user, may, fits }) => {
  const problem = problemWithSender(
    { ...mail, sender_may_differ: may },
    user === undefined ? undefined : { user },
  );

  expect(problem === undefined).toBe(fits);
  if (problem !== undefined) expect(problem).toContain(`mail.from must be ${user}`);
});

const smtp = { host: 'mail.acme.example', port: 587, secure: false, account };

it('does not start with a sender that the mail server would refuse', () => {
  expect(() => openMail({ smtp }, { mail: { ...mail, from: 'other@acme.example' } })).toThrow(
    /^mail\.from must be baton@acme\.example, the account of SMTP_URL, and not other@acme\.example; /,
  );
});

it.each([
  { when: 'SMTP_URL is not set', given: { smtp: undefined }, config: { mail }, place: undefined },
  {
    when: 'nobody is to get mail',
    given: { smtp },
    config: { mail: undefined },
    place: 'mail.acme.example:587',
  },
  { when: 'both are there', given: { smtp }, config: { mail }, place: 'mail.acme.example:587' },
])('starts when $when', ({ given, config, place }) => {
  expect(openMail(given, config)?.place).toBe(place);
});

it('lets neither form of the password into the log', () => {
  const { secrets } = readSettings({ SMTP_URL: 'smtp://me:hunter%402hunter@mail.acme.example' });

  expect([...secrets].toSorted()).toEqual(['hunter%402hunter', 'hunter@2hunter']);
});
