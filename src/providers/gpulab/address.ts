import { isLoopback, socketPath, withoutTrailingSlash } from '../../base/base-url.ts';
import { DevboxError } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';

/** Where a server is. */
export interface ServerAddress {
  /** As the user knows it, and as stored keys are filed: `https://gpulab.ai/api`, `unix:/path/to.sock`. */
  readonly name: string;
  /** What requests are sent below, without a slash at its end. */
  readonly baseUrl: string;
  /** The socket that leads there instead of the network. */
  readonly socket: string | null;
  /** Whether only users of this machine can be behind it. */
  readonly isLocal: boolean;
}

/** @param text a base address that was found right. */
export function addressOf(text: string): ServerAddress {
  const socket = socketPath(text);
  // Which host an address names is of no matter on a unix socket.
  if (socket !== undefined) return { name: text, baseUrl: 'http://localhost', socket, isLocal: true };
  const url = new URL(text);
  const baseUrl = withoutTrailingSlash(url.href);
  return { name: baseUrl, baseUrl, socket: null, isLocal: isLoopback(url.hostname) };
}

/** The same address for a WebSocket. */
export function socketAddress(address: string): string {
  return address.replace(/^http/, 'ws');
}

/**
 * The address of a WebSocket that a server gave, such as that of a terminal.
 * @throws DevboxError where it is none, or leaves this machine unencrypted although nobody allowed that.
 */
export function givenSocketAddress(address: string, { insecure }: { readonly insecure: boolean }): string {
  const text = socketAddress(address);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'wss:' || (url?.protocol === 'ws:' && (insecure || isLoopback(url.hostname))))
    return text;
  // What follows the host may be a secret.
  const shown = url ? cleanLine(`${url.protocol}//${url.host}`, 200) : 'no address';
  throw new DevboxError('failed', `the server gave an address that is not used: ${shown}`, {
    code: 'gpulab/insecure-address',
    title: 'Not Encrypted',
    hint: 'Whatever is typed would travel unencrypted. If you accept that: api.insecure=true',
  });
}
