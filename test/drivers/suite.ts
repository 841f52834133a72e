import { expect, it } from '@jest/globals';
import type { Driver, DriverRequest, DriverTools, Progress, Started } from '../../src/drivers/driver.ts';
import { driverRequest } from './requests.ts';

/** How the target behaves. `loses the answer`: the run begins, and what is said about it is lost. */
export type Play = 'succeeds' | 'fails' | 'runs on' | 'loses the answer';

/** A target that is not the driver's own word: it counts and keeps what reached it. */
export interface Target {
  readonly driver: Driver;
  readonly options: unknown;
  readonly tools: DriverTools;
  /** One entry a start, with the values as they arrived. */
  starts(): readonly Record<string, unknown>[];
  /** The same target seen by a worker that has no means to tell whether a run began. */
  readonly blind: { readonly tools: DriverTools; readonly options: unknown };
}

/** What a worker does with an attempt that died: the same deployment again, long enough after. */
export const AGAIN = { mayHaveStarted: true } as const;

/** Starts and then checks until there is a verdict. */
export async function runToTheEnd(target: Target, request = driverRequest()): Promise<Started | Progress> {
  const { driver, tools, options } = target;
  const started = await driver.start(tools, request, options);
  return started.state === 'started' ? checkToTheEnd(target, request, started.run) : started;
}

export async function checkToTheEnd(
  { driver, tools, options }: Target,
  request: DriverRequest,
  run: string,
): Promise<Progress> {
  let progress: Progress | undefined;
  await until(async () => {
    progress = await driver.check(tools, request, run, options);
    return progress.state !== 'in_progress';
  });
  return progress ?? { state: 'unknown', why: 'never asked' };
}

/** Waits for something that comes about in another process; a quarter of a minute at most. */
export async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  const latest = Date.now() + 15_000;
  while (!(await reached())) {
    if (Date.now() > latest) throw new Error('It has not come about.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What every driver promises, whatever it deploys to. */
export function itIsADriver(open: (play: Play) => Promise<Target>): void {
  it('reports a success', async () => {
    expect((await runToTheEnd(await open('succeeds'))).state).toBe('success');
  });

  it('gives a reason with a failure', async () => {
    const end = await runToTheEnd(await open('fails'));

    expect(end).toMatchObject({ state: 'failure', summary: expect.stringMatching(/\S{3}/) });
  });

  it('says that it does not know when nobody can tell, and never that it failed', async () => {
    const target = await open('loses the answer');

    expect(await runToTheEnd(target)).toMatchObject({
      state: 'unknown',
      why: expect.stringMatching(/\S{3}/),
    });
    expect(target.starts()).toHaveLength(1);
  });

  it('starts once, however often it is started', async () => {
    const target = await open('runs on');
    const { driver, tools, options } = target;

    const first = await driver.start(tools, driverRequest(), options);
    const second = await driver.start(tools, driverRequest(AGAIN), options);

    expect(first.state).toBe('started');
    expect(second).toMatchObject({ state: 'started', run: 'run' in first && first.run });
    expect(target.starts()).toHaveLength(1);
  });

  it('starts after all when the attempt before provably never arrived', async () => {
    const target = await open('runs on');

    const started = await target.driver.start(target.tools, driverRequest(AGAIN), target.options);

    expect(started.state).toBe('started');
    expect(target.starts()).toHaveLength(1);
  });

  it('does not start again when it cannot tell whether the attempt before arrived', async () => {
    const target = await open('runs on');
    const { tools, options } = target.blind;

    const started = await target.driver.start(tools, driverRequest(AGAIN), options);

    expect(started.state).toBe('unknown');
    expect(target.starts()).toHaveLength(0);
  });

  it('finds its run after a crash, proves that there is none, and admits when it cannot tell', async () => {
    const target = await open('runs on');
    const { driver, tools, options, blind } = target;

    expect(await driver.lookup(tools, driverRequest(), options)).toEqual({ state: 'not_found' });
    expect((await driver.lookup(blind.tools, driverRequest(), blind.options)).state).toBe('unknown');

    const started = await driver.start(tools, driverRequest(), options);
    expect(await driver.lookup(tools, driverRequest(), options)).toEqual({
      state: 'found',
      run: 'run' in started && started.run,
    });
  });

  it.each(['$(touch canary)', '`touch canary`', '<!channel>', '__proto__', '--upload-pack=x', 'a"b\'c\\'])(
    'hands %s over as it was typed',
    async (ref) => {
      const target = await open('succeeds');
      const request = driverRequest({ ref, environment: '__proto__', deployment: 'proto-bcdfghjk' });

      expect((await runToTheEnd(target, request)).state).toBe('success');

      const { deployment, environment, service, sha } = request;
      expect(target.starts()).toEqual([
        expect.objectContaining({ ref, deployment, environment, service, sha }),
      ]);
      expect(String(target.starts()[0]?.['fence'])).toBe('7');
    },
  );
}
