import * as fc from 'fast-check';

/** Text as people, attackers and editors make it: quotes, dashes, markup, controls, invisible signs. */
export const anyText = fc.string({
  unit: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...' \t\n"\'“”‘’–—-@#/=<>&|!$`*_~:;.%{}[]()\\'.split('')) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        '<!channel>',
        '<@U0BEN|ben>',
        '<@U0BEN>',
        '<#C0REL|rel>',
        '<https://a.example|a.example>',
        '<http://a.io|a.io>',
        '&lt;',
        '&amp;',
        '&amp;lt;',
        '\u200B',
        '\u00A0',
        '\u202E',
        '\u0000',
      ),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        'staging',
        'api',
        'to',
        'on',
        'for',
        'until',
        'because',
        ' lock ',
        ' deploy ',
        ' --force ',
        '--',
      ),
    },
    { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 5 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) },
  ),
  maxLength: 60,
});
