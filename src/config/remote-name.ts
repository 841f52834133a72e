/** The environment of a pull request, `pr-12`. Those of two repositories share the name; their services differ. */
export function remoteEnvironmentName(number: number): string {
  return `pr-${number}`;
}

/** Whether an environment is, by its name, a pull request's own. */
export function isRemoteEnvironment(name: string): boolean {
  return /^pr-[1-9]\d{0,8}$/.test(name);
}
