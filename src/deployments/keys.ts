import { environmentOfDeployment } from './deployment.ts';

/* Where the deployments of an environment are kept; its keys share one hash slot. */

export const recordKey = (id: string) => `baton:{${environmentOfDeployment(id)}}:deployment:${id}`;
export const indexKey = (environment: string) => `baton:{${environment}}:deployments`;
export const leasesKey = (environment: string) => `baton:{${environment}}:leases`;
/** Those that hold no lease; what lies in Redis is called by an older word. */
export const unleasedKey = (environment: string) => `baton:{${environment}}:held`;
export const livesKey = (environment: string, service: string) => `baton:{${environment}}:lives:${service}`;
export const liveKey = (environment: string) => `baton:{${environment}}:live`;
