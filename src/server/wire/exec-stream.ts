import * as z from 'zod/mini';

/**
 * A command over a WebSocket, with its streams apart: `/v1/containers/{uuid}/exec/stream`, subprotocol
 * `devbox.exec.v1`. Every message is binary: one letter that says what it is, then its content.
 *
 * The client begins with `request`. Each stream has a window: its sender may have that many bytes under way that
 * the receiver has not granted back, so a slow reader holds up its own stream and nothing else. The server ends
 * with `exit` and closes. A client that goes away before takes the command's process group with it.
 */
export const execProtocol = 'devbox.exec.v1';

/** Bytes of a stream that may be under way ungranted. */
export const windowBytes = 1024 * 1024;

/** Largest content of one message in bytes; a longer stretch of a stream is cut into several. */
export const maxFrameBytes = 256 * 1024;

export const frameTypes = {
  /** Client: JSON of `streamRequest`. */
  request: 'r',
  /** Client: bytes for stdin. */
  stdin: 'i',
  /** Client: stdin has ended. */
  stdinEnd: 'e',
  /** Client: a signal's name for the command's process group. */
  signal: 's',
  /** Server: bytes of stdout. */
  stdout: 'o',
  /** Server: bytes of stderr. */
  stderr: 'x',
  /** Server: JSON of `exitReport`; nothing follows. */
  exit: 'q',
  /** Either: 4 bytes, big-endian: so many bytes of the stream were consumed. */
  grantStdin: 'I',
  grantStdout: 'O',
  grantStderr: 'X',
} as const;

export type FrameType = keyof typeof frameTypes;

/** Longest time that a command may be given in seconds, some thirty years; who wants no end says null. */
export const maxStreamSeconds = 1_000_000_000;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGKILL', 'SIGUSR1', 'SIGUSR2'] as const;

export const signalName = z.enum(signals);

export const streamRequest = z.object({
  /** The program and its arguments, run as they are: no shell. */
  argv: z.array(z.string()).check(z.minLength(1)),
  /** Seconds until the command is killed; null: never. */
  timeout: z.nullish(z.number().check(z.positive(), z.maximum(maxStreamSeconds))),
});

export type StreamRequest = z.infer<typeof streamRequest>;

export const exitReport = z.object({
  exit_code: z.int(),
  signal: z.nullable(z.string()),
  timed_out: z.boolean(),
});

export type ExitReport = z.infer<typeof exitReport>;

const typeOf = new Map<number, FrameType>();
for (const [name, letter] of Object.entries(frameTypes)) {
  if (isFrameType(name)) typeOf.set(letter.charCodeAt(0), name);
}

function isFrameType(name: string): name is FrameType {
  return name in frameTypes;
}

export interface Frame {
  readonly type: FrameType;
  readonly content: Buffer;
}

export function encodeFrame(type: FrameType, content: Uint8Array | string = ''): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const frame = Buffer.allocUnsafe(bytes.length + 1);
  frame[0] = frameTypes[type].charCodeAt(0);
  frame.set(bytes, 1);
  return frame;
}

/** The frames for a stretch of a stream, none longer than `maxFrameBytes`. */
export function encodeStretch(type: FrameType, bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += maxFrameBytes) {
    frames.push(encodeFrame(type, bytes.subarray(from, from + maxFrameBytes)));
  }
  return frames;
}

export function encodeGrant(type: 'grantStdin' | 'grantStdout' | 'grantStderr', bytes: number): Buffer {
  const content = Buffer.allocUnsafe(4);
  content.writeUInt32BE(bytes);
  return encodeFrame(type, content);
}

/** @throws an error for a message that is none of this protocol. */
export function decodeFrame(message: Buffer): Frame {
  const type = typeOf.get(message[0] ?? -1);
  if (type === undefined) throw new Error('an unknown message');
  const content = message.subarray(1);
  if (type.startsWith('grant') && content.length !== 4) throw new Error(`a malformed ${type} message`);
  return { type, content };
}
