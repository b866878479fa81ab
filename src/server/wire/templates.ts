import * as z from 'zod/mini';
import { environment } from './environment.ts';

/** Largest number of GB that can be asked for. */
const maxGigabytes = 65_536;

const line = (longest: number) => z.nullish(z.string().check(z.maxLength(longest), z.regex(/^[^\p{C}]*$/u)));
const gigabytes = z.nullish(z.int().check(z.minimum(1), z.maximum(maxGigabytes)));
const word = <T extends string>(words: readonly [T, ...T[]]) =>
  z.nullish(
    z.pipe(
      z.pipe(
        z.string(),
        z.transform((text) => text.toLowerCase()),
      ),
      z.enum(words),
    ),
  );

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
export interface TemplateWire {
  readonly templateUuid: string;
  readonly name: string;
  readonly description: string;
  readonly authorUrl: string;
  readonly authorName: string;
  readonly thumbnail: string;
  readonly notes: string;
  readonly visibility: string;
  readonly containerType: string;
  readonly volumeMountPath: string;
  readonly dockerImage: string;
  readonly exposedPorts: string | null;
  readonly portsArray: readonly number[];
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly command: string | null;
  readonly containerDiskSize: number;
  readonly volumeDiskSize: number | null;
  readonly memoryLimit: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** What GPULab has no field for. */
  readonly devbox: {
    readonly built_in: boolean;
    readonly category_id: number;
    readonly credentials_id: number | null;
    readonly image_pull_policy: string;
  };
}
