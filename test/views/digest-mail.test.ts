import { expect, it } from '@jest/globals';
import { digestMail } from '../../src/views/digest-mail.ts';

const PEOPLE = [{ slack: 'U0ASHA', name: 'Asha <&> "K"' }];
const DIGEST = {
  title: 'Handoff from bengaluru to us',
  intro: ['Late: it was due at 18:30.'],
  sections: [
    { title: 'Locks', lines: ['<@U0ASHA> holds staging', '<@U0GONE> holds production'] },
    { title: 'Notes', lines: ['<script>alert(1)</script> & more'] },
  ],
  url: 'https://acme.slack.com/archives/C0HAND/p1',
};

it('reads the same in plain text, with names for people', () => {
  expect(digestMail(DIGEST, PEOPLE).text).toBe(
    [
      'Handoff from bengaluru to us',
      'Late: it was due at 18:30.',
      'Locks\n- Asha <&> "K" holds staging\n- @U0GONE holds production',
      'Notes\n- <script>alert(1)</script> & more',
      'The digest in Slack: https://acme.slack.com/archives/C0HAND/p1',
    ].join('\n\n'),
  );
});

it('lets nothing that people wrote become HTML', () => {
  const { html } = digestMail(DIGEST, PEOPLE);

  expect(html).toContain('Asha &lt;&amp;&gt; &quot;K&quot; holds staging');
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; more');
  expect(html).not.toContain('<script');
});

it('fits a phone, in one column', () => {
  const { html } = digestMail(DIGEST, PEOPLE);

  expect(html).toContain('width=device-width');
  expect(html).toContain('overflow-wrap:anywhere');
  expect(html).not.toContain('<table');
});

it.each(['javascript:alert(1)', 'https://a.example/"onclick="x', null])('links to no %s', (url) => {
  const { html, text } = digestMail({ ...DIGEST, url }, PEOPLE);

  expect(html).not.toContain('<a ');
  expect(text).not.toContain('The digest in Slack');
});

it('keeps each line on its line', () => {
  const title = 'Handoff\r\nBcc: everybody@acme.example';
  const sections = [{ title: 'Notes', lines: ['one\ntwo \u202Ethree'] }];

  const { subject, text } = digestMail({ ...DIGEST, title, sections }, PEOPLE);

  expect(subject).toBe('Handoff Bcc: everybody@acme.example');
  expect(text).toContain('- one two  three');
});
