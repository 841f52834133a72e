/** Node's word for what went wrong, such as `ENOENT`; undefined for other errors. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
