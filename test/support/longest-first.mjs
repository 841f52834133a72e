import Sequencer from '@jest/test-sequencer';

/** What takes longest goes first, and so does not keep everybody waiting at the end. The others are short. */
const LONGEST = [
  'e2e/crash',
  'e2e/lost-store',
  'remote-deploys/many',
  'e2e/outage',
  'e2e/pull-requests',
  'e2e/',
  'playground/',
];

export default class LongestFirst extends Sequencer {
  /** @param {import('@jest/test-result').Test[]} tests */
  sort(tests) {
    return super.sort(tests).toSorted((one, other) => rank(one.path) - rank(other.path));
  }
}

/** @param {string} path */
function rank(path) {
  const found = LONGEST.findIndex((part) => path.includes(`/test/${part}`));
  return found === -1 ? LONGEST.length : found;
}
