import type { Environment } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { isAtWork } from '../sites/calendar.ts';
import { workplaceOf } from '../sites/workplace.ts';
import { isSamePerson } from './accounts.ts';
import { listHolders } from './roles.ts';

const MOST_ASKED = 5;

/**
 * Slack ids of those who may approve what `requester` asks for, those who are at work now first; at most five, so that
 * nobody is pinged in crowds. Groups that Slack does not tell the members of are left out.
 */
export async function whoMayApprove(
  { config, slack, now }: Pick<Context, 'config' | 'slack' | 'now'>,
  rules: Environment,
  requester: string,
): Promise<string[]> {
  const holders = listHolders('approver', config, rules);
  const groups = holders.filter((id) => id.startsWith('S'));
  const members = await Promise.all(groups.map((group) => slack.listGroupMembers(group).catch(() => [])));
  const people = new Set([...holders.filter((id) => !id.startsWith('S')), ...members.flat()]);
  const others = [...people].filter((id) => !isSamePerson(config, requester, id));
  const at = now();
  const known = await Promise.all(
    others.slice(0, 50).map(async (id) => {
      const person = await slack.findPerson(id).catch(() => undefined);
      const atWork = person !== undefined && isAtWork(workplaceOf(config, person).site, at);
      return { id, atWork, mayAct: person === undefined || person.barred === null };
    }),
  );
  return known
    .filter(({ mayAct }) => mayAct)
    .toSorted((one, other) => Number(other.atWork) - Number(one.atWork))
    .slice(0, MOST_ASKED)
    .map(({ id }) => id);
}
