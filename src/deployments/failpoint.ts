/** Named places of the flow at which a test kills the process. Off unless `BATON_FAILPOINT` names one. */
export type FailpointName =
  | 'after-record'
  | 'before-intent'
  | 'before-start'
  | 'after-start'
  | 'watching'
  | 'after-admit'
  | 'after-adopt'
  | 'before-open'
  | 'before-end'
  | 'after-end'
  | 'before-message';

const armed = process.env['BATON_FAILPOINT'];

export function failpoint(name: FailpointName): void {
  if (name === armed) process.kill(process.pid, 'SIGKILL');
}
