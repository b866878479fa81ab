import * as z from 'zod/mini';
import type { Wire } from './wire.ts';

/** GB that a volume can have. */
const space = z.int().check(z.minimum(1), z.maximum(1_000_000));
const text = z.nullish(z.string().check(z.maxLength(2000)));

/** Request of `POST /v1/volumes`, with GPULab's keys. */
export const createVolumeRequest = z.object({
  volume_name: z.string(),
  volume_space: space,
  region_id: text,
  volume_type: text,
  description: text,
  notes: text,
});

/** Request of `POST /v1/volumes/{id}/duplicate`; without a size the copy has that of its source. */
export const duplicateVolumeRequest = z.object({
  new_volume_name: z.string(),
  volume_space: z.nullish(space),
});

/**
 * Request of `PUT /v1/volumes/{id}`, which GPULab's documentation leaves open: the new size in GB, under the key of the
 * create request or that of the answer, and the new name. At least one of them.
 */
export const changeVolumeRequest = z
  .object({
    volume_space: z.optional(space),
    maxSize: z.optional(space),
    volume_name: z.optional(z.string()),
  })
  .check(
    z.refine(
      ({ volume_space, maxSize, volume_name }) =>
        [volume_space, maxSize, volume_name].some((value) => value !== undefined),
      'must have volume_space or volume_name',
    ),
  );

/** A volume. Sizes are whole GB of 2^30 bytes. */
export const volumeWire = z.object({
  volumeUuid: z.string(),
  volumeName: z.string(),
  maxSize: z.int(),
  usedSize: z.int(),
  status: z.string(),
  isDeleted: z.int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** What GPULab has no field for. */
  devbox: z.object({
    used_bytes: z.int(),
    containers: z.array(z.string()).check(z.describe('names of those that have it mounted')),
    type: z.nullable(z.string()),
    region: z.nullable(z.string()),
    description: z.nullable(z.string()),
    notes: z.nullable(z.string()),
  }),
});

export type VolumeWire = Wire<typeof volumeWire>;
