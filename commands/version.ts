import { defineCommand } from '../src/command.ts';
import { VERSION } from '../src/version.ts';
import { versionView } from '../src/views/help.ts';

export const version = defineCommand({
  name: 'baton version',
  usage: '/baton version',
  summary: 'Which Baton this is',
  example: '/baton version',
  grammar: { words: [], flags: [], clauses: [] },

  run: async () => ({ to: 'caller', view: versionView(VERSION) }),
});
