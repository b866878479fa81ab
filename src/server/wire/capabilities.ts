import * as z from 'zod/mini';
import type { Wire } from './wire.ts';

/** What this server can do beyond GPULab's API. Clients ask before they use any of it; a GPULab server answers 404. */
export const extensions = [
  'exec-stream',
  'image',
  'log-entries',
  'purge',
  'tags',
  'terminal-exit',
  'terminal-resume',
  'volume-raw',
] as const;

export type Extension = (typeof extensions)[number];

/** What each of them is. */
export const extensionMeanings: Readonly<Record<Extension, string>> = {
  'exec-stream': 'a command with its streams apart, over a WebSocket of the subprotocol devbox.exec.v1',
  image: '`docker_image` and `credentials_id` in the request that makes a container',
  'log-entries': '`entries`, `stream` and `after` of the logs',
  purge: '`DELETE /v1/containers/{uuid}?purge=true` also deletes the home',
  tags: '`tags` in the request that makes a container, and `devbox` in a container',
  'terminal-exit': 'the WebSocket of a terminal closes with 4000 + exit code',
  'terminal-resume':
    'the WebSocket of a terminal can be opened again after a lost connection, with `?from=BYTES` for what came since; its preferences then have `devbox_offset`, where in all the output its first byte stands',
  'volume-raw':
    '`.../files/raw` takes a file as the body, also in parts; `.../files/checksum`; ranges of a download; `parents` in mkdir',
};

/** Grows when a change makes older clients or servers misunderstand each other. */
export const protocolVersion = 1;

/** Answer of `GET /v1/capabilities`. */
export const capabilitiesWire = z.object({
  server: z.literal('devbox'),
  version: z.string(),
  protocol: z.int(),
  extensions: z.array(z.enum(extensions)),
  engine: z.string(),
  /** Process id of the server, for its owner's eyes. */
  pid: z.int(),
});

export type CapabilitiesWire = Wire<typeof capabilitiesWire>;
