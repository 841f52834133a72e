import { parseArgs } from 'node:util';
import { closeHouses, inHouse } from '../support/house.ts';
import { CHANNELS, webhookTo } from '../support/house-town.ts';
import type { Target } from '../support/target.ts';
import { soak } from './soak.ts';

/*
 * Deploys without a pause while workers, the web role and Redis are killed and frozen, and asks a target that is not
 * Baton what it saw. Same seed, same kills; what happens in between is the machine's.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    places: { type: 'string', default: '24' },
  },
});
const seed = wholeNumber('seed', values.seed);
const kills = wholeNumber('kills', values.kills);
const places = wholeNumber('places', values.places);
process.stdout.write(`seed ${seed}, ${kills} kills, ${places} places\n`);

const SERVICES = ['api', 'web'];
const environments = (target: Target) =>
  Object.fromEntries(
    Array.from({ length: Math.ceil(places / SERVICES.length) }, (_, index) => [
      `env-${index}`,
      {
        services: SERVICES,
        driver: webhookTo(target),
        checks: 'none',
        channel: CHANNELS[index % CHANNELS.length]?.id,
      },
    ]),
  );

try {
  await inHouse({ environments }, async (house) => {
    const figures = await soak(house, { seed, kills });
    process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
    const { lost, unended, violations, chain } = figures;
    process.exitCode =
      lost.length === 0 && unended === 0 && violations.length === 0 && chain === 'sound' ? 0 : 1;
  });
} finally {
  await closeHouses();
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  process.stderr.write(`--${name} must be a whole number such as 50, not ${JSON.stringify(text)}\n`);
  process.exit(1);
}
