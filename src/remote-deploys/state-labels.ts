import type { Label } from '../github/labels.ts';
import type { RemoteDeploy } from './remote-deploy.ts';

type Told = Extract<RemoteDeploy['state'], 'queued' | 'deploying' | 'live' | 'failed'>;

const LOOKS = {
  queued: { color: 'ededed', description: 'Baton: waits to be deployed to its own environment' },
  deploying: {
    color: 'fbca04',
    description: 'Baton: is being deployed to its own environment, or torn down',
  },
  live: { color: '0e8a16', description: 'Baton: is live in its own environment' },
  failed: { color: 'd73a4a', description: 'Baton: its own environment failed; its comment says why' },
} as const satisfies Record<Told, Pick<Label, 'color' | 'description'>>;

/** Baton's labels that tell a state, of which a pull request has one at most. */
export function stateLabels(prefix: string): readonly Label[] {
  return Object.entries(LOOKS).map(([state, look]) => ({ name: `${prefix}: ${state}`, ...look }));
}

/** The label that is true now; undefined when nothing is up nor wanted. */
export function labelOf({ state }: RemoteDeploy, prefix: string): Label | undefined {
  return state === 'refused' || state === 'down'
    ? undefined
    : { name: `${prefix}: ${state}`, ...LOOKS[state] };
}
