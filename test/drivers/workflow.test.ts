import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Octokit } from 'octokit';
import { parse } from 'yaml';
import type { PlayedGitHub } from '../../playground/github/server.ts';
import { instant, nextId, type Repository } from '../../playground/github/state.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';

const workflow = parse(readFileSync('docs/deploy.yml', 'utf8'));
const [first, ...others] = workflow.jobs.deploy.steps;

let played: PlayedGitHub;
let github: Octokit;
let api: Repository;

beforeEach(async () => {
  ({ played, github } = await testGitHub());
  api = played.addRepository('acme/api');
});

afterEach(async () => {
  for (const name of ['ENVIRONMENT', 'SERVICE', 'DEPLOYMENT', 'FENCE']) delete process.env[name];
  expect(played.violations).toEqual([]);
  await closeGitHubs();
});

it('runs one deployment of a service on an environment at a time, to its end', () => {
  expect(workflow.concurrency).toEqual({
    group: 'deploy-${{ inputs.environment }}-${{ inputs.service }}',
    'cancel-in-progress': false,
  });
});

it('takes what Baton sends, and starts by nothing else', () => {
  expect(Object.keys(workflow.on)).toEqual(['workflow_dispatch']);
  expect(Object.keys(workflow.on.workflow_dispatch.inputs)).toEqual([
    'environment',
    'service',
    'ref',
    'sha',
    'deployment',
    'fence',
  ]);
});

it('may do no more than it needs', () => {
  expect(workflow.permissions).toEqual({ actions: 'read', contents: 'read' });
  expect(workflow.jobs.deploy.permissions).toBeUndefined();
});

it('deploys the commit that was approved, and never the branch', () => {
  const [checkout] = others;

  expect(checkout.with.ref).toBe('${{ inputs.sha }}');
  expect(JSON.stringify(workflow.jobs)).not.toContain('inputs.ref');
});

it('writes no input into a script', () => {
  const scripts = workflow.jobs.deploy.steps.map(
    (step: Step) => `${step.run ?? ''}${step.with?.script ?? ''}`,
  );

  expect(scripts.join('')).toMatch(/process\.env/);
  expect(scripts.join('')).not.toContain('${{');
});

describe('its first step', () => {
  it('lets the newest fence pass', async () => {
    run({ fence: 3 });
    run({ fence: 4 });

    await expect(check(run({ fence: 7 }))).resolves.toBeUndefined();
  });

  it('refuses a lower fence than one that was seen', async () => {
    const held = run({ fence: 6 });
    run({ fence: 7 });

    await expect(check(held)).rejects.toThrow(/Fence 6 is not the newest/);
  });

  it('refuses a start that was held up until a later one was over', async () => {
    run({ fence: 7 });

    await expect(check(run({ fence: 6 }))).rejects.toThrow(/Fence 6 is not the newest/);
  });

  it('refuses the second start of one deployment, and not the first', async () => {
    const [one, two] = [run({ fence: 7 }), run({ fence: 7 })];

    await expect(check(one)).resolves.toBeUndefined();
    await expect(check(two)).rejects.toThrow(/not the newest/);
  });

  it.each([{ service: 'web' }, { environment: 'production' }, { service: 'api to staging (x' }])(
    'does not mind the fence of another place (%j)',
    async (other) => {
      run({ fence: 99, ...other });

      await expect(check(run({ fence: 7 }))).resolves.toBeUndefined();
    },
  );

  it('does not mind runs of an older workflow, whose names have no fence', async () => {
    api.runs.push({ ...run({ fence: 1 }), id: nextId(), title: 'Deploy api to staging (staging-xxxxxxxx)' });

    await expect(check(run({ fence: 7 }))).resolves.toBeUndefined();
  });

  it.each(['Deploy', 'Deploy api to staging (staging-bcdfghjk)', 'Deploy api to staging (x, fence 7)'])(
    'refuses a run named “%s”: others could not see its fence',
    async (title) => {
      const renamed = { ...run({ fence: 7 }), id: nextId(), title };
      api.runs.push(renamed);

      await expect(check(renamed)).rejects.toThrow(/run-name/);
    },
  );

  it.each(['', '0', '-1', '1e9', '7.5', 'x', '9'.repeat(20)])('refuses the fence “%s”', async (fence) => {
    await expect(check(run({ fence }))).rejects.toThrow(/not started by Baton/);
  });

  it('refuses to be run again', async () => {
    const again = run({ fence: 7 });
    const body = { id: again.id, run_attempt: 2, display_title: again.title };
    played.failNext({ path: /runs\/\d+$/, does: { status: 200, body } });

    await expect(check(again)).rejects.toThrow(/Deploy again with Baton/);
  });

  it.each([/runs\/\d+$/, /workflows\/\d+\/runs/])(
    'refuses when GitHub does not answer at %s',
    async (path) => {
      const newest = run({ fence: 7 });
      played.failNext({ path, does: { status: 503, body: {} }, times: 9 });

      await expect(check(newest)).rejects.toThrow();
    },
  );
});

interface Step {
  readonly run?: string;
  readonly with?: { readonly script?: string };
}

type Run = Repository['runs'][number];

/** A run as Baton starts it, named as the workflow says. */
function run(overrides: { environment?: string; service?: string; fence: number | string }): Run {
  const fence = String(overrides.fence);
  const inputs = {
    environment: 'staging',
    service: 'api',
    deployment: 'staging-bcdfghjk',
    ...overrides,
    fence,
  };
  const title = String(workflow['run-name']).replaceAll(/\$\{\{ inputs\.(\w+) \}\}/g, (_all, name: string) =>
    String(Reflect.get(inputs, name)),
  );
  const [known] = api.workflows;
  const file = { id: known?.id ?? nextId(), file: 'deploy.yml', name: 'Deploy', inputs: [], course: [] };
  if (known === undefined) api.workflows.push({ ...file, runName: () => '' });
  const created: Run = {
    id: nextId(),
    workflow: api.workflows[0] ?? { ...file, runName: () => '' },
    branch: 'main',
    sha: api.branches.get('main') ?? '',
    title,
    inputs,
    createdAt: instant(new Date()),
    steps: [],
  };
  api.runs.push(created);
  return created;
}

/** Runs the script of the first step as the action does that it names. */
async function check({ id, inputs }: Run): Promise<unknown> {
  for (const [name, value] of Object.entries(first.env as Record<string, string>)) {
    const [, input = ''] = /^\$\{\{ inputs\.(\w+) \}\}$/.exec(value) ?? [];
    process.env[name] = String(inputs[input]);
  }
  const AsyncFunction = (async () => undefined).constructor as new (
    ...source: string[]
  ) => (client: Octokit, context: object) => Promise<unknown>;
  const context = { repo: { owner: 'acme', repo: 'api' }, runId: id };
  return new AsyncFunction('github', 'context', first.with.script)(github, context);
}
