import * as z from 'zod/mini';

export const pullPolicies = ['cached', 'latest', 'digest'] as const;

/** What boxes can be made from, as the server keeps it. */
export const templateSchema = z.object({
  /** Ten letters and digits. */
  id: z.string(),
  name: z.string(),
  description: z.string(),
  visibility: z.enum(['public', 'private']),
  containerType: z.enum(['gpu', 'cpu']),
  categoryId: z.int(),
  /** Id of the credential for the image's registry. */
  credentialsId: z.nullable(z.int()),
  authorName: z.string(),
  authorUrl: z.string(),
  thumbnail: z.string(),
  notes: z.string(),
  dockerImage: z.string(),
  imagePullPolicy: z.enum(pullPolicies),
  /** Where a volume appears in the box; empty for the server's default. */
  volumeMountPath: z.string(),
  /** As its author wrote them: `8080,9000-9010`. */
  exposedPorts: z.string(),
  environmentVariables: z.record(z.string(), z.string()),
  /** Empty for what the image runs by itself. */
  command: z.string(),
  /** GB. */
  containerDiskSize: z.int(),
  volumeDiskSize: z.nullable(z.int()),
  memoryLimit: z.nullable(z.int()),
  /** Milliseconds since 1970. */
  createdAt: z.number(),
  updatedAt: z.number(),
});

export type Template = z.infer<typeof templateSchema>;

/** The kinds of templates; GPULab's are fixed as well. */
export const categories = [
  { id: 1, name: 'general', description: 'Everything that is in no other category' },
  { id: 2, name: 'frameworks', description: 'Frameworks for machine learning' },
  { id: 3, name: 'systems', description: 'Operating systems to build on' },
  { id: 4, name: 'notebooks', description: 'Notebooks in the browser' },
] as const;

export const defaultCategory = 1;
