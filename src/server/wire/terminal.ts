import * as z from 'zod/mini';

/** Answer of `POST /v1/containers/{uuid}/terminal`. The address has a secret in its path: who has it has the terminal. */
export const terminalWire = z.object({
  status: z.string(),
  terminal: z.object({
    terminal_url: z.string(),
    terminal_port: z.int(),
    container_uuid: z.string(),
  }),
  websocket_url: z.string(),
});
