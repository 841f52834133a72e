/**
 * What the playground's `command` driver runs in place of a real deployment: it takes about six seconds, tells what it
 * does, and fails for a branch named `broken`. It changes nothing on this machine.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const { BATON_ENVIRONMENT, BATON_SERVICE, BATON_REF, BATON_SHA = '', PLAYGROUND_LIVE } = process.env;
const seconds = Number(process.env.PLAYGROUND_SECONDS ?? 6);
const sha = BATON_SHA.slice(0, 7);
const image = `registry.acme.example/${BATON_SERVICE}:${sha}`;

if (process.env.BATON_ACTION === 'down') {
  console.log(`Taking ${BATON_SERVICE} ${sha} away from ${BATON_ENVIRONMENT}`);
  await sleep((seconds * 1_000) / 3);
  console.log('3 instances are gone');
  process.exit(0);
}

const steps = [
  `Deploying ${BATON_SERVICE} ${sha} (${BATON_REF}) to ${BATON_ENVIRONMENT}`,
  `Building ${image}`,
  `  41 layers, 3 changed, 218 MB`,
  `Pushing ${image}`,
  `Migrating the database: 2 migrations, 0 pending`,
  `Rolling out 1 of 3 instances`,
  `Rolling out 2 of 3 instances`,
  `Rolling out 3 of 3 instances`,
  `Asking /healthz of 3 instances`,
];

for (const step of steps) {
  console.log(`${new Date().toISOString().slice(11, 19)}  ${step}`);
  await sleep((seconds * 1_000) / steps.length);
}

if (BATON_REF === 'broken') {
  console.log('instance 2: GET /healthz -> 500 {"error":"relation \\"prices\\" does not exist"}');
  console.log('Rolled back to the instances that were live before');
  console.log('Health check failed: 1 of 3 instances answered 500');
  process.exit(1);
}

console.log('3 of 3 instances are healthy');
const live = `${PLAYGROUND_LIVE}/${BATON_ENVIRONMENT}/${BATON_SERVICE}?sha=${encodeURIComponent(sha)}`;
if (PLAYGROUND_LIVE !== undefined) console.log(`BATON_URL=${live}`);
