import * as z from 'zod/mini';
import { redactValues } from '../../../base/redact.ts';
import { cleanLine } from '../../../base/text.ts';
import { type Credential, registryOf, sameRegistry } from '../../credentials/store.ts';
import type { ImageSpec } from '../engine.ts';
import { type EngineClient, EngineRefusal } from './client.ts';

/** A box could not be made; `message` is for its owner. */
export class DeployFailure extends Error {
  override readonly name = 'DeployFailure';
}

export interface ImageDeps {
  readonly client: EngineClient;
  /** The stored credential with an id; undefined where there is none (any more). */
  readonly credential: (id: number) => Promise<Credential | undefined>;
  /** Is told when a pull begins. */
  readonly onPull: () => void;
  /** Takes a line of the deploy log. */
  readonly log: (line: string) => Promise<void>;
}

/**
 * Makes sure that an image is there, as its policy says.
 * @throws DeployFailure where it cannot be had
 */
export async function ensureImage(image: ImageSpec, deps: ImageDeps, signal: AbortSignal): Promise<void> {
  const reference = completeReference(image.reference);
  if (image.pull !== 'latest' && (await isThere(reference, deps.client))) {
    await deps.log(`image ${reference} is there already`);
    return;
  }
  const credential = await credentialFor(image, deps);
  deps.onPull();
  await deps.log(`pulling ${reference}`);
  try {
    const stream = await deps.client.ask((docker) =>
      docker.pull(reference, {
        abortSignal: signal,
        ...(credential ? { authconfig: toAuth(credential) } : {}),
      }),
    );
    await follow(stream, deps.log, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof EngineRefusal || error instanceof DeployFailure)) throw error;
    const why = credential ? redactValues(error.message, [credential.password]) : error.message;
    throw new DeployFailure(`the image ${reference} could not be pulled: ${why}`);
  }
  if (!(await isThere(reference, deps.client))) {
    throw new DeployFailure(`the image ${reference} was pulled, but the engine does not have it`);
  }
}

/** A reference with the tag that it leaves open: without one an engine would pull every tag there is. */
export function completeReference(reference: string): string {
  const last = reference.slice(reference.lastIndexOf('/') + 1);
  return last.includes(':') || last.includes('@') ? reference : `${reference}:latest`;
}

/** @throws DeployFailure rather than show one registry's password to another */
async function credentialFor(image: ImageSpec, deps: ImageDeps): Promise<Credential | undefined> {
  if (image.credential === null) return undefined;
  const credential = await deps.credential(image.credential);
  if (!credential) {
    throw new DeployFailure(`the credential ${image.credential} that ${image.reference} needs is not stored`);
  }
  const [wanted, theirs] = [registryOf(image.reference), sameRegistry(credential.registry)];
  if (wanted !== theirs) {
    const rule = `the credential ${image.credential} is for ${theirs}`;
    throw new DeployFailure(`${rule}, but the image ${image.reference} comes from ${wanted}`);
  }
  return credential;
}

/** Engines know Docker Hub's accounts under this address. */
const hubAddress = 'https://index.docker.io/v1/';

function toAuth({ registry, username, password }: Credential) {
  const host = sameRegistry(registry);
  return { username, password, serveraddress: host === 'docker.io' ? hubAddress : host };
}

async function isThere(reference: string, client: EngineClient): Promise<boolean> {
  return (await client.askQuietly((docker) => docker.getImage(reference).inspect(), [404])) !== undefined;
}

const progressSchema = z.object({
  status: z.nullish(z.string()),
  stream: z.nullish(z.string()),
  id: z.nullish(z.string()),
  error: z.nullish(z.string()),
});

/** Reads an engine's report of a pull to its end; each new stage of each layer goes to the log. */
async function follow(
  stream: NodeJS.ReadableStream,
  log: (line: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const said = new Set<string>();
  for await (const text of linesOf(stream, signal)) {
    const { status, stream: words, id, error } = z.parse(progressSchema, JSON.parse(text));
    if (error) throw new DeployFailure(cleanLine(error, 600));
    const what = cleanLine(status || words || '', 300);
    const line = id && what ? `${cleanLine(id, 80)}: ${what}` : what;
    // Progress within a stage repeats its words; the log is not a progress bar.
    if (line === '' || said.has(line)) continue;
    said.add(line);
    await log(`  ${line}`);
  }
}

async function* linesOf(stream: NodeJS.ReadableStream, signal: AbortSignal): AsyncGenerator<string> {
  const abort = (): void => {
    if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy();
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    let rest = '';
    for await (const bytes of stream) {
      rest += bytes.toString();
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') yield line;
    }
    if (rest.trim() !== '') yield rest;
  } finally {
    signal.removeEventListener('abort', abort);
  }
  signal.throwIfAborted();
}
