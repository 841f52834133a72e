import * as z from 'zod';

export const CommandOptions = z.strictObject({
  type: z.literal('command'),
  argv: z.array(z.string()).min(1),
  cwd: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  lookup_argv: z.array(z.string()).min(1).optional(),
});
