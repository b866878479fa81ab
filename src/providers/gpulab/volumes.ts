import * as z from 'zod/mini';
import type { Clock } from '../../base/clock.ts';
import { cleanLine } from '../../base/text.ts';
import type { Volume, Volumes } from '../facets/volumes.ts';
import type { Connection } from './connection.ts';
import { readPages } from './pages.ts';
import { type ApiRequest, parseAnswer } from './request.ts';
import { filesOn } from './volume-files.ts';

const text = z.nullish(z.string());
const whole = z.nullish(z.int());
/** GPULab's documentation shows a fraction here, its own client wants none. */
const size = z.nullish(z.number());

const volumeSchema = z.object({
  volumeUuid: z.string().check(z.minLength(1)),
  volumeName: text,
  maxSize: whole,
  usedSize: size,
  status: text,
  isDeleted: z.nullish(z.union([z.int(), z.boolean()])),
  createdAt: text,
  updatedAt: text,
  /** What our own server adds. */
  devbox: z.nullish(
    z.object({
      used_bytes: whole,
      containers: z.nullish(z.array(z.string())),
      type: text,
      region: text,
      description: text,
    }),
  ),
});
type VolumeAnswer = z.infer<typeof volumeSchema>;

const singleSchema = z.object({ data: volumeSchema });

/** Seconds for making and copying a volume, as GPULab's own client has them. */
const createSeconds = 300;
const duplicateSeconds = 600;

const gigabyte = 2 ** 30;

/** The path of a volume in the API. */
export const volumePath = (id: string): string => `/v1/volumes/${encodeURIComponent(id)}`;

/** The volumes of a server with GPULab's API. */
export function volumesOn(connect: () => Promise<Connection>, clock: Clock, signal: AbortSignal): Volumes {
  const single = async (call: ApiRequest): Promise<Volume> => {
    const connection = await connect();
    return toVolume(parseAnswer(singleSchema, call, await connection.request(call)).data);
  };
  return {
    async list() {
      const all = await readPages(await connect(), '/v1/volumes', volumeSchema);
      return all.filter(({ isDeleted }) => !isDeleted).map(toVolume);
    },
    get: (id) => single({ method: 'GET', path: volumePath(id) }),
    create: ({ name, sizeGb, region, type, description }) =>
      single({
        method: 'POST',
        path: '/v1/volumes',
        json: {
          volume_name: name,
          volume_space: sizeGb,
          ...(region === null ? {} : { region_id: region }),
          ...(type === null ? {} : { volume_type: type }),
          ...(description === null ? {} : { description }),
        },
        timeoutSeconds: createSeconds,
      }),
    // Which key a server takes here is documented nowhere: that of the create request, or that of the answer.
    resize: (id, sizeGb) =>
      single({ method: 'PUT', path: volumePath(id), json: { volume_space: sizeGb, maxSize: sizeGb } }),
    duplicate: (source, name, sizeGb) =>
      single({
        method: 'POST',
        path: `${volumePath(source.id)}/duplicate`,
        json: { new_volume_name: name, volume_space: sizeGb ?? source.sizeGb },
        timeoutSeconds: duplicateSeconds,
      }),
    async remove(id) {
      await (await connect()).request({ method: 'DELETE', path: volumePath(id) });
    },
    files: (id) => filesOn(connect, id, clock, signal),
  };
}

function toVolume(answer: VolumeAnswer): Volume {
  const own = answer.devbox;
  const used = answer.usedSize;
  return {
    id: cleanLine(answer.volumeUuid, 100),
    name: line(answer.volumeName) ?? '',
    sizeGb: answer.maxSize ?? null,
    usedBytes: own?.used_bytes ?? (used === null || used === undefined ? null : Math.round(used * gigabyte)),
    status: line(answer.status) ?? 'unknown',
    boxes: own?.containers?.map((name) => cleanLine(name, 200)) ?? null,
    type: line(own?.type),
    region: line(own?.region),
    description: line(own?.description),
    createdAt: line(answer.createdAt),
    updatedAt: line(answer.updatedAt),
  };
}

const line = (value: string | null | undefined): string | null => (value ? cleanLine(value, 500) : null);
