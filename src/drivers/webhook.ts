import * as z from 'zod';

export const WebhookOptions = z.strictObject({
  type: z.literal('webhook'),
  url: z.url(),
  secret_env: z.string().min(1),
  status_url: z.url().optional(),
  allow_http: z.array(z.string()).optional(),
});
