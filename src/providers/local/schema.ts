import * as z from 'zod/mini';
import { once } from '../../base/once.ts';
import { requestSeconds, secondsWithin } from '../setting-schemas.ts';

/** The `api` group for boxes on this machine. */
export const localApiSchema = once(() =>
  z.strictObject({
    provider: z.literal('local').check(z.describe('which provider is asked: this machine')),
    timeout: z
      ._default(requestSeconds, 30)
      .check(z.describe('seconds for one exchange with the server of this machine')),
    engine: z
      ._default(z.enum(['process', 'docker'], { error: 'must be process or docker' }), 'process')
      .check(z.describe('what boxes are: processes of yours, or containers of Docker or Podman')),
    idle_timeout: z
      ._default(secondsWithin(0, 86_400), 60)
      .check(z.describe('seconds that the server stays without boxes and without callers')),
  }),
);

export type LocalApi = z.infer<ReturnType<typeof localApiSchema>>;
