import type { Config } from '../config/schema.ts';
import type { Line } from './findings.ts';

/** Tells what the configuration asks for and this version does not do: what then stays closed, and what stays open. */
export function checkLater({ environments }: Config): Line[] {
  const all = Object.entries(environments);
  const lines = all.flatMap(([name, { freezes, promote_from, approvals }]): Line[] => {
    const asked = [
      ...(freezes.length > 0 ? ['freezes'] : []),
      ...(promote_from === undefined ? [] : ['promote_from']),
      ...(approvals > 0 ? ['approvals'] : []),
    ];
    const why = `this version cannot judge ${asked.join(', ')} yet`;
    return asked.length === 0 ? [] : [off('environment', `nothing is deployed to ${name}: ${why}`)];
  });
  const checked = all.filter(([, { checks }]) => checks !== 'none').map(([name]) => name);
  if (checked.length === 0) return lines;
  return [...lines, off('checks', `this version does not look at checks yet: ${checked.join(', ')}`)];
}

function off(what: string, says: string): Line {
  return { what, state: 'off', says };
}
