import * as z from 'zod/mini';
import { baseUrlProblem } from '../../base/base-url.ts';
import { once } from '../../base/once.ts';
import { requestSeconds } from '../setting-schemas.ts';

/** Where a server with GPULab's API may be. */
export const gpulabAddress = { example: 'https://gpulab.ai/api', unixSockets: true };

/** The `api` group for a server with GPULab's API: the hosted service, or one's own `devbox serve`. */
export const gpulabApiSchema = once(() =>
  z
    .strictObject({
      provider: z.literal('gpulab').check(z.describe('which provider is asked: a server with GPULab’s API')),
      base_url: z
        .string({ error: 'must be an address' })
        .check(z.describe('address of the API, or unix:/path/to.sock; your key is sent there')),
      api_key: z
        ._default(z.nullable(z.string({ error: 'must be text' })), null)
        .check(
          z.describe(
            'API key; - reads it from standard input, null takes GPULAB_API_KEY or what was stored by auth login',
          ),
        ),
      timeout: z._default(requestSeconds, 30).check(z.describe('seconds for one whole request')),
      insecure: z
        ._default(z.boolean({ error: 'must be true or false' }), false)
        .check(z.describe('let your key travel unencrypted, by http, to other machines too')),
    })
    .check((context) => {
      const { base_url, insecure } = context.value;
      const problem = baseUrlProblem(base_url, { ...gpulabAddress, insecure });
      if (problem === undefined) return;
      context.issues.push({ code: 'custom', message: problem, input: base_url, path: ['base_url'] });
    }),
);

export type GpulabApi = z.infer<ReturnType<typeof gpulabApiSchema>>;
