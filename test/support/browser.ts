import { accessSync, constants } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The path of a Chromium on this machine: `CHROMIUM`, or one of the usual places. */
export const CHROMIUM = [process.env['CHROMIUM'] ?? '', ...PLACES].find(isProgram);

/** Said where the browser tests are skipped, so that nobody takes them for passed. */
export const NO_BROWSER =
  'SKIPPED: the tests of the page need Chromium, and there is none here. Install it (Debian: apt-get install ' +
  'chromium) or name it in the variable CHROMIUM.';

export function launchBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error(NO_BROWSER);
  return chromium.launch({ executablePath: CHROMIUM, args: QUIET });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return path !== '';
  } catch {
    return false;
  }
}
