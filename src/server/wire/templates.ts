import * as z from 'zod/mini';
import { environment } from './environment.ts';
import type { Wire } from './wire.ts';

/** Largest number of GB that can be asked for. */
const maxGigabytes = 65_536;

const line = (longest: number) => z.nullish(z.string().check(z.maxLength(longest), z.regex(/^[^\p{C}]*$/u)));
const gigabytes = z.nullish(z.int().check(z.minimum(1), z.maximum(maxGigabytes)));
const word = <T extends string>(words: readonly [T, ...T[]]) =>
  z
    .nullish(
      z.pipe(
        z.pipe(
          z.string(),
          z.transform((text) => text.toLowerCase()),
        ),
        z.enum(words),
      ),
    )
    .check(z.describe(words.join(', ')));

/**
 * Request of `POST /v1/templates` and `PUT /v1/templates/{uuid}`. The second one changes what it names and leaves the
 * rest; an empty text clears, and so does null.
 */
export const templateRequest = z.object({
  name: line(100),
  docker_image: line(512),
  description: z.nullish(z.string().check(z.maxLength(5000))),
  author_url: line(500),
  author_name: line(200),
  thumbnail: line(2000),
  visibility: word(['public', 'private']),
  container_type: word(['gpu', 'cpu']),
  category_id: z.nullish(z.int()),
  credentials_id: z.nullish(z.int()),
  registry: line(300),
  registry_username: line(300),
  registry_password: z.nullish(z.string().check(z.maxLength(20_000))),
  volume_mount_path: line(1000),
  exposed_ports: line(1000),
  environment_variables: z.nullish(environment),
  command: z.nullish(z.string().check(z.maxLength(20_000), z.regex(/^[^\0]*$/))),
  container_disk_size: gigabytes,
  volume_disk_size: gigabytes,
  memory_limit: gigabytes,
  image_pull_policy: word(['cached', 'latest', 'digest']),
  notes: z.nullish(z.string().check(z.maxLength(5000))),
});

export type TemplateRequest = z.infer<typeof templateRequest>;

/** A template; camelCase, unlike its request. Sizes in GB. */
export const templateWire = z.object({
  templateUuid: z.string(),
  name: z.string(),
  description: z.string(),
  authorUrl: z.string(),
  authorName: z.string(),
  thumbnail: z.string(),
  notes: z.string(),
  visibility: z.enum(['public', 'private']),
  containerType: z.enum(['gpu', 'cpu']),
  volumeMountPath: z.string(),
  dockerImage: z.string(),
  exposedPorts: z.nullable(z.string()),
  portsArray: z.array(z.int()),
  environmentVariables: z.record(z.string(), z.string()),
  command: z.nullable(z.string()),
  containerDiskSize: z.int(),
  volumeDiskSize: z.nullable(z.int()),
  memoryLimit: z.nullable(z.int()),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** What GPULab has no field for. */
  devbox: z.object({
    built_in: z.boolean(),
    category_id: z.int(),
    credentials_id: z.nullable(z.int()),
    image_pull_policy: z.string(),
  }),
});

export type TemplateWire = Wire<typeof templateWire>;

/** A kind of templates. */
export const categoryWire = z.object({ id: z.int(), name: z.string(), description: z.string() });
