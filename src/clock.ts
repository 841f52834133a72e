/** Tells the time. Tests stop it; nothing but `open-context.ts` hands out the real one. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();
