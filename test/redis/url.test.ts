import { expect, it } from '@jest/globals';
import { parseRedisUrl } from '../../src/redis/url.ts';

const nobody = { username: undefined, password: undefined };
const node = (host: string, port: number) => ({ host, port });

it.each([
  ['redis://localhost', { kind: 'tcp', ...nobody, node: node('localhost', 6379), tls: false, db: 0 }],
  ['redis://10.0.0.1:7000/2', { kind: 'tcp', ...nobody, node: node('10.0.0.1', 7000), tls: false, db: 2 }],
  ['redis://[::1]:7000/', { kind: 'tcp', ...nobody, node: node('::1', 7000), tls: false, db: 0 }],
  ['rediss://r.example', { kind: 'tcp', ...nobody, node: node('r.example', 6379), tls: true, db: 0 }],
  [
    'rediss://ann:p%40ss%2Fw%3A@r.example:1',
    { kind: 'tcp', username: 'ann', password: 'p@ss/w:', node: node('r.example', 1), tls: true, db: 0 },
  ],
  [
    'redis://:p@ss@h:1',
    { kind: 'tcp', username: undefined, password: 'p@ss', node: node('h', 1), tls: false, db: 0 },
  ],
  ['unix:///run/redis.sock', { kind: 'unix', ...nobody, path: '/run/redis.sock', db: 0 }],
  ['unix:///run/a%20b@c/r.sock?db=4', { kind: 'unix', ...nobody, path: '/run/a b@c/r.sock', db: 4 }],
  ['unix://.baton/redis.sock', { kind: 'unix', ...nobody, path: '.baton/redis.sock', db: 0 }],
  [
    'unix://:pw@/run/r.sock',
    { kind: 'unix', username: undefined, password: 'pw', path: '/run/r.sock', db: 0 },
  ],
  [
    'redis+sentinel://a:1,b/mymaster/3',
    { kind: 'sentinel', ...nobody, sentinels: [node('a', 1), node('b', 26379)], name: 'mymaster', db: 3 },
  ],
  [
    'redis+sentinel://u:p@a:1/m',
    { kind: 'sentinel', username: 'u', password: 'p', sentinels: [node('a', 1)], name: 'm', db: 0 },
  ],
  [
    'redis+cluster://a:1,b:2,c',
    { kind: 'cluster', ...nobody, nodes: [node('a', 1), node('b', 2), node('c', 6379)] },
  ],
])('reads %s', (url, address) => {
  expect(parseRedisUrl(url)).toEqual(address);
});

it.each([
  ['', 'begin with redis://, rediss://, unix://, redis+sentinel:// or redis+cluster://'],
  ['localhost:6379', 'begin with redis://'],
  ['http://hunter2@host', 'begin with redis://'],
  ['constructor://hunter2', 'begin with redis://'],
  ['redis://', 'look like redis://[USER:PASSWORD@]HOST[:PORT][/DB]'],
  ['redis://hunter2@host', 'look like redis://'],
  ['redis://user:@host', 'look like redis://'],
  ['redis://:hunter2%@host', 'look like redis://'],
  ['redis://host:0', 'look like redis://'],
  ['redis://host:65536', 'look like redis://'],
  ['redis://host:port', 'look like redis://'],
  ['redis://host/db', 'look like redis://'],
  ['redis://host?db=1', 'look like redis://'],
  ['redis://a:1,b:2', 'look like redis://'],
  ['redis://:hun ter2@host', 'look like redis://'],
  ['rediss://:hunter2@', 'look like rediss://'],
  ['unix://', 'look like unix:///PATH/redis.sock'],
  ['unix:///run/r.sock?db=x', 'look like unix:///PATH'],
  [`unix:///${'long/'.repeat(30)}r.sock`, 'name a socket of at most'],
  ['redis+sentinel://a:1', 'look like redis+sentinel://'],
  ['redis+sentinel://a:1,/m', 'look like redis+sentinel://'],
  ['redis+cluster://a:1/0', 'look like redis+cluster://'],
])('refuses “%s” in one line, without its password', (url, message) => {
  const problem = thrownBy(() => parseRedisUrl(url));

  expect(problem).toMatch(/^REDIS_URL must .*$/);
  expect(problem).toContain(`REDIS_URL must ${message}`);
  expect(problem).not.toMatch(/hunter2|hun ter2/);
});

function thrownBy(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
}
