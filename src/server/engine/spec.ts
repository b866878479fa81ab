import * as z from 'zod/mini';

/** Records of earlier versions have the ports as one text. */
const ports = z.pipe(
  z.nullish(z.union([z.string(), z.array(z.int())])),
  z.transform((value) =>
    typeof value === 'string' ? value.split(',').map(Number).filter(Number.isInteger) : (value ?? []),
  ),
);

/** A `BoxSpec` as engines write it down; what earlier versions did not know is empty. */
export const specSchema = z.object({
  name: z.string(),
  env: z.record(z.string(), z.string()),
  command: z.nullable(z.string()),
  tags: z.record(z.string(), z.string()),
  image: z._default(
    z.nullable(
      z.object({
        reference: z.string(),
        pull: z.enum(['cached', 'latest', 'digest']),
        credential: z.nullable(z.int()),
      }),
    ),
    null,
  ),
  template: z._default(z.nullable(z.object({ uuid: z.string(), name: z.string() })), null),
  ports,
  memoryGb: z.nullable(z.number()),
  gpus: z._default(
    z.array(
      z.object({ uuid: z.string(), index: z.int(), name: z.string(), memoryMib: z.nullable(z.number()) }),
    ),
    [],
  ),
  mounts: z._default(z.array(z.object({ volume: z.string(), source: z.string(), target: z.string() })), []),
});
