import type { Words } from '../command.ts';
import { findEnvironment } from '../config/find.ts';
import type { Config } from '../config/schema.ts';
import { UserError } from '../errors.ts';
import { readEnvironment } from '../slack/target.ts';
import { quoted } from '../quoted.ts';

/** The one environment that `/freeze` or `/thaw` is about. Throws UserError for none, for all, and for a service. */
export function environmentNamedIn(config: Config, { words, command }: Words): string {
  const names = Object.keys(config.environments);
  const [word] = words;
  if (word === undefined) {
    throw new UserError('Which environment?', { hint: `Environments: ${names.map(quoted).join(', ')}.` });
  }
  const { text } = word;
  if (text.toLowerCase() === 'all' && findEnvironment(config, text) === undefined) {
    throw new UserError(`“/${command}” is about one environment at a time.`, {
      hint: `Environments: ${names.map(quoted).join(', ')}.`,
    });
  }
  const [environment = '', ...service] = text.split('/');
  if (service.length > 0 && findEnvironment(config, environment) !== undefined) {
    throw new UserError(`A freeze is for all services of an environment, not for ${quoted(text)} alone.`, {
      hint: `What it would be: ${quoted(environment)}. “/lock ${text}” keeps others from one service.`,
    });
  }
  return readEnvironment(config, text, command);
}
