import type { Words } from '../command.ts';
import { findEnvironment } from '../config/find.ts';
import type { Config } from '../config/schema.ts';
import { UserError } from '../errors.ts';
import { nearestWord } from '../nearest.ts';
import { quoted } from '../quoted.ts';
import { readEnvironment } from '../slack/target.ts';

/** The one environment that `/freeze` or `/thaw` is about. Throws UserError for none, for all, and for a service. */
export function environmentNamedIn(config: Config, { words, command }: Words): string {
  const names = Object.keys(config.environments);
  const text = words[0]?.text;
  const [environment = '', ...service] = text?.split('/') ?? [];
  const example = exampleFor(command, nearestWord(environment, names) ?? names[0]);
  const hint = `Environments: ${names.map(quoted).join(', ')}.`;
  if (text === undefined) throw new UserError('Which environment?', { hint, example });
  if (text.toLowerCase() === 'all' && findEnvironment(config, text) === undefined) {
    throw new UserError(`“/${command}” is about one environment at a time.`, { hint, example });
  }
  if (service.length > 0 && findEnvironment(config, environment) !== undefined) {
    throw new UserError(`A freeze is for all services of an environment, not for ${quoted(text)} alone.`, {
      hint: `What it would be: ${quoted(environment)}. “/lock ${text}” keeps others from one service.`,
      example: exampleFor(command, environment),
    });
  }
  try {
    return readEnvironment(config, text, command);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, hint: choices, reason, cause } = error;
    throw new UserError(message, { hint: choices, reason, cause, example });
  }
}

function exampleFor(command: string, environment: string | undefined): string | undefined {
  if (environment === undefined) return undefined;
  const rest = command === 'freeze' ? ' until 17:00 because stock-taking' : '';
  return `/${command} ${environment}${rest}`;
}
