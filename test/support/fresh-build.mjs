import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, buildIsCurrent } from '../../scripts/build.mjs';
import { withLock } from '../../scripts/lock.mjs';

/** Builds `dist/` unless it is that of the sources as they are. Test files run side by side: one of them builds. */
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const say = () => undefined;
if (!buildIsCurrent(root)) {
  await withLock(join(root, '.baton', 'setup.lock'), say, () => {
    const problem = buildIsCurrent(root) ? undefined : build(root);
    if (problem === undefined) return;
    process.stderr.write(`The build failed:\n${problem}\n`);
    process.exitCode = 1;
  });
}
