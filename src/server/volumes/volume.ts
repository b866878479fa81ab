import * as z from 'zod/mini';

/** What `volume.json` holds. */
export const recordSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  name: z.string(),
  /** GB of 2^30 bytes. Uploads are held to it; what boxes write is not. */
  maxSizeGb: z.int(),
  type: z.nullable(z.string()),
  region: z.nullable(z.string()),
  description: z.nullable(z.string()),
  notes: z.nullable(z.string()),
  /** Milliseconds since 1970. */
  createdAt: z.number(),
  updatedAt: z.number(),
});

export type VolumeRecord = z.infer<typeof recordSchema>;

/** Files that outlive boxes. */
export interface Volume extends Omit<VolumeRecord, 'version'> {
  /** Where its files lie, absolute: the source of a mount. */
  readonly path: string;
}

/** What somebody asks for in a new volume. */
export type VolumeRequest = Pick<Volume, 'name' | 'maxSizeGb' | 'type' | 'region' | 'description' | 'notes'>;

export const isVolumeId = (text: string): boolean => /^[A-Za-z0-9]{10}$/.test(text);
