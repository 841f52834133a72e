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
  /** Ends the run as a target does that was asked to cancel it; undefined where nobody can ask it. */
  readonly obeys?: () => void;
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

  it.each(['success', 'failure'] as const)(
    'tells who cancels that the run is over, with %s',
    async (state) => {
      const target = await open(state === 'success' ? 'succeeds' : 'fails');
      const { driver, tools, options } = target;
      const started = await driver.start(tools, driverRequest(), options);
      const run = 'run' in started ? started.run : '';
      if (started.state === 'started') await checkToTheEnd(target, driverRequest(), run);

      const cancelled = await driver.cancel(tools, driverRequest(), run, options);

      expect(cancelled).toMatchObject({ state: 'over', end: { state } });
      expect(await driver.cancel(tools, driverRequest(), run, options)).toEqual(cancelled);
    },
  );

  it('tells that its target has been heard to have the run', async () => {
    const { driver, tools, options } = await open('runs on');
    const started = await driver.start(tools, driverRequest(), options);
    const run = 'run' in started ? started.run : '';

    await until(async () => {
      const progress = await driver.check(tools, driverRequest(), run, options);
      expect(progress.state).toBe('in_progress');
      return 'heard' in progress && progress.heard;
    });
  });

  it('calls no run over because it was asked to end, and awaits its own end', async () => {
    const target = await open('runs on');
    const { driver, tools, options, obeys } = target;
    const started = await driver.start(tools, driverRequest(), options);
    const run = 'run' in started ? started.run : '';

    const cancelled = await driver.cancel(tools, driverRequest(), run, options);

    if (obeys === undefined) {
      expect(cancelled).toMatchObject({ state: 'cannot', why: expect.stringMatching(/\S{3}/) });
      expect((await driver.check(tools, driverRequest(), run, options)).state).toBe('in_progress');
      return;
    }
    expect(cancelled).toEqual({ state: 'asked' });
    obeys();
    expect((await checkToTheEnd(target, driverRequest(), run)).state).toMatch(/^(cancelled|failure)$/);
    expect((await driver.cancel(tools, driverRequest(), run, options)).state).toBe('over');
  });

  it('calls no run over that it cannot see', async () => {
    const { driver, tools, options, blind } = await open('runs on');
    const started = await driver.start(tools, driverRequest(), options);
    const run = 'run' in started ? started.run : '';

    const cancelled = await driver.cancel(blind.tools, driverRequest(), run, blind.options);

    expect(cancelled.state).toMatch(/^(asked|cannot)$/);
  });

  it('tells the same end however often it is asked', async () => {
    const target = await open('succeeds');
    const { driver, tools, options } = target;
    const started = await driver.start(tools, driverRequest(), options);
    const run = 'run' in started ? started.run : '';
    const first = await checkToTheEnd(target, driverRequest(), run);

    expect(await driver.check(tools, driverRequest(), run, options)).toEqual(first);
    expect(target.starts()).toHaveLength(1);
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

/** What may go wrong on the way to a target and back. After each but the first the run has begun. */
export type Fault = 'resets before' | 'resets after' | 'garbage' | 'slowness';

export interface FaultyTarget extends Target {
  /** The connection is as it should be again. */
  heals(): void;
  /** Every answer suffers from the fault, that of a question too. */
  breaks(): void;
}

/**
 * What every driver promises that reaches its target over a network: the way may break at any moment, and still there is
 * one start at most, and no end that the target has not told.
 */
export function itSurvivesItsConnection(open: (fault: Fault) => Promise<FaultyTarget>): void {
  const attempt = ({ driver, tools, options }: Target, request: DriverRequest) =>
    driver.start(tools, request, options).catch(() => 'began nothing' as const);

  it('starts after all when the connection was reset before the target took the wish', async () => {
    const target = await open('resets before');
    const first = await attempt(target, driverRequest());
    expect(first === 'began nothing' ? first : first.state).toMatch(/^(began nothing|unknown)$/);
    expect(target.starts()).toHaveLength(0);

    target.heals();
    expect(await target.driver.lookup(target.tools, driverRequest(), target.options)).toEqual({
      state: 'not_found',
    });
    expect((await runToTheEnd(target, driverRequest(AGAIN))).state).toBe('success');
    expect(target.starts()).toHaveLength(1);
  });

  it.each(['resets after', 'garbage', 'slowness'] as const)(
    'finds what began in spite of %s',
    async (fault) => {
      const target = await open(fault);
      const first = await attempt(target, driverRequest());
      expect(first === 'began nothing' ? first : first.state).toMatch(/^(unknown|started)$/);

      target.heals();
      const again = await target.driver.start(target.tools, driverRequest(AGAIN), target.options);
      const run = 'run' in again ? again.run : '';
      expect(again.state).toBe('started');
      expect((await checkToTheEnd(target, driverRequest(), run)).state).toBe('success');
      expect(target.starts()).toHaveLength(1);
    },
  );

  it.each(['resets after', 'garbage', 'slowness'] as const)(
    'takes %s for no end, and for no cancelled run',
    async (fault) => {
      const target = await open(fault);
      target.heals();
      const { driver, tools, options } = target;
      const started = await driver.start(tools, driverRequest(), options);
      const run = 'run' in started ? started.run : '';
      target.breaks();

      expect((await driver.check(tools, driverRequest(), run, options)).state).toMatch(
        /^(in_progress|unknown)$/,
      );
      expect((await driver.cancel(tools, driverRequest(), run, options)).state).toMatch(/^(asked|cannot)$/);
      expect((await driver.lookup(tools, driverRequest(), options)).state).toBe('unknown');
    },
  );
}
