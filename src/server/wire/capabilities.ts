/**
 * What this server can do beyond GPULab's API. Clients ask before they use any of it; a GPULab server answers 404.
 *
 * - `exec-stream`: a command with its streams apart over a WebSocket, see exec-stream.ts
 * - `image`: `docker_image` and `credentials_id` in the create request
 * - `log-entries`: `entries`, `stream` and `after` of the logs, see logs.ts
 * - `purge`: `DELETE /v1/containers/{uuid}?purge=true` also deletes the home
 * - `tags`: `tags` in the create request, and `devbox` in a container
 * - `terminal-exit`: a terminal's WebSocket closes with 4000 + exit code
 * - `terminal-resume`: a terminal's WebSocket can be opened again after a lost connection, with `?from=BYTES` for what came
 *   since; its preferences then have `devbox_offset`, where in all the output its first byte stands
 * - `volume-raw`: `.../files/raw` takes a file as the body, also in parts; `.../files/checksum`; ranges of a download;
 *   `parents` in mkdir; see volume-files.ts
 */
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

/** Grows when a change makes older clients or servers misunderstand each other. */
export const protocolVersion = 1;

/** Answer of `GET /v1/capabilities`. */
export interface CapabilitiesWire {
  readonly server: 'devbox';
  readonly version: string;
  readonly protocol: number;
  readonly extensions: readonly Extension[];
  readonly engine: string;
  /** Process id of the server, for its owner's eyes. */
  readonly pid: number;
}
