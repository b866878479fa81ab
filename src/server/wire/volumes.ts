import * as z from 'zod/mini';

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
    z.refine(({ volume_space, maxSize, volume_name }) =>
      [volume_space, maxSize, volume_name].some((value) => value !== undefined),
    ),
  );

/** A volume. Sizes are whole GB of 2^30 bytes. */
export interface VolumeWire {
  readonly volumeUuid: string;
  readonly volumeName: string;
  readonly maxSize: number;
  readonly usedSize: number;
  readonly status: string;
  readonly isDeleted: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** What GPULab has no field for. */
  readonly devbox: {
    readonly used_bytes: number;
    /** Names of the boxes that have it mounted. */
    readonly containers: readonly string[];
    readonly type: string | null;
    readonly region: string | null;
    readonly description: string | null;
    readonly notes: string | null;
  };
}
