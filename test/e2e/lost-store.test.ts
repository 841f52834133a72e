import { afterAll, expect, it, jest } from '@jest/globals';
import { askRedis } from '../../src/redis/ask.ts';
import { closeHouses, inHouse, wordsOf } from '../support/house.ts';
import { webhookTo } from '../support/house-town.ts';
import type { Target } from '../support/target.ts';
import { until } from '../support/until.ts';

jest.setTimeout(240_000);
afterAll(closeHouses);

const environments = (target: Target) => ({
  staging: { services: ['api'], driver: webhookTo(target), channel: 'C0STG', checks: 'none' },
});

it('deploys nothing when Redis is emptied under it, until it knows from GitHub what is live', () =>
  inHouse({ environments }, async (house) => {
    await Promise.all([house.start('web'), house.start('worker')]);
    house.target.state = 'success';
    await house.type('U0ASHA', '/deploy staging');
    await until('GitHub to know of it', () =>
      house.github.repositories
        .get('acme/api')
        ?.deployments[0]?.statuses.some(({ state }) => state === 'success'),
    );
    const [before] = house.target.starts;

    await askRedis(house.redis.socket, 'FLUSHALL', 2_000);
    await house.type('U0BEN', '/deploy staging');
    await until('the refusal', () =>
      house.slack.ephemerals('U0BEN').find((item) => wordsOf(item).includes('driver_unknown')),
    );
    await until('the news', () =>
      house
        .told('C0REL')
        .find((item) => wordsOf(item).includes('Redis has lost data, so nothing is deployed')),
    );
    expect(await (await fetch(`${house.url}/readyz`)).json()).toMatchObject({
      ready: true,
      quarantine: ['staging'],
    });
    expect(await (await fetch(`${house.url}/metrics`)).text()).toContain('baton_quarantine 1');

    await until(
      'the end of it',
      () => house.told('C0REL').find((item) => wordsOf(item).includes('deployments may start there again')),
      150,
    );
    expect(await house.get('/api/environments')).toMatchObject({
      items: [{ name: 'staging', services: [{ name: 'api', live: { deployment: before?.deployment } }] }],
    });
    expect(house.target.starts).toHaveLength(1);
    expect(house.target.violations).toEqual([]);
  }));
