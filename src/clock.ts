/** Tells the time. Tests stop it; nothing but `context.ts` reads the real one. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();
