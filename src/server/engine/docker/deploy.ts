import type { ContainerCreateOptions } from 'dockerode';
import * as z from 'zod/mini';
import { type EngineClient, type EngineFacts, EngineRefusal } from './client.ts';
import type { BoxContainers } from './containers.ts';
import { completeReference, DeployFailure, ensureImage, type ImageDeps } from './image.ts';
import type { BoxMark } from './labels.ts';
import { toRequest } from './request.ts';

export interface DeployDeps {
  readonly client: EngineClient;
  readonly facts: EngineFacts;
  readonly containers: BoxContainers;
  readonly server: string;
  readonly publishHost: string;
  readonly graceSeconds: number;
  readonly credential: ImageDeps['credential'];
}

export interface Deploying {
  readonly signal: AbortSignal;
  readonly log: (line: string) => Promise<void>;
  readonly onPhase: (phase: 'pulling' | 'creating') => void;
}

/**
 * Brings a box to where the container of this deploy runs and no other of the box exists. May be called again after
 * it was cut off anywhere: what is there is not made twice.
 * @throws DeployFailure where that cannot be; nothing of this deploy is left then, and what was there before it stays
 *   unless the new container was made.
 */
export async function deploy(mark: BoxMark, deps: DeployDeps, how: Deploying): Promise<void> {
  const there = await deps.containers.look(mark.box);
  const own = there.find((each) => each.mark.deploy === mark.deploy);
  const id = own?.id ?? (await make(mark, deps, how));
  how.onPhase('creating');
  for (const other of there) {
    if (other.id === id) continue;
    await how.log('removing the container that it had');
    const t = deps.graceSeconds;
    await deps.client.askQuietly((docker) => docker.getContainer(other.id).stop({ t }), [304, 404]);
    await deps.containers.remove(other.id);
  }
  try {
    // 304: it runs already.
    await deps.client.askQuietly((docker) => docker.getContainer(id).start(), [304]);
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error;
    await deps.containers.remove(id);
    throw new DeployFailure(`it could not be started: ${error.message}`);
  }
  await how.log('running');
}

/** @returns the new container's id. */
async function make(mark: BoxMark, deps: DeployDeps, how: Deploying): Promise<string> {
  const { image, memoryGb } = mark.spec;
  if (!image) throw new DeployFailure('it has no image');
  const { client, credential } = deps;
  const onPull = (): void => how.onPhase('pulling');
  await ensureImage(image, { client, credential, log: how.log, onPull }, how.signal);
  how.signal.throwIfAborted();
  how.onPhase('creating');
  if (memoryGb !== null && !deps.facts.limitsMemory) {
    await how.log('this engine cannot limit memory here, so the box has no limit');
  }
  const request = toRequest(mark, {
    server: deps.server,
    facts: deps.facts,
    publishHost: deps.publishHost,
    graceSeconds: deps.graceSeconds,
    imageRuns: await runsByItself(image.reference, client),
  });
  await how.log(`creating the container ${request.name}`);
  try {
    return await create(request, client);
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error;
    throw new DeployFailure(`the container could not be created: ${error.message}`);
  }
}

/** With an init program that reaps what is left behind, where the engine has one: only trying tells. */
async function create(request: ContainerCreateOptions, client: EngineClient): Promise<string> {
  try {
    const HostConfig = { ...request.HostConfig, Init: true };
    return (await client.ask((docker) => docker.createContainer({ ...request, HostConfig }))).id;
  } catch (error) {
    if (!(error instanceof EngineRefusal) || !/init|catatonit/i.test(error.message)) throw error;
    return (await client.ask((docker) => docker.createContainer(request))).id;
  }
}

const words = z.nullish(z.union([z.string(), z.array(z.string())]));
const imageSchema = z.object({ Config: z.nullish(z.object({ Entrypoint: words, Cmd: words })) });

/** Whether an image says what is run in it. */
async function runsByItself(reference: string, client: EngineClient): Promise<boolean> {
  const answer = await client.ask((docker) => docker.getImage(completeReference(reference)).inspect());
  const { Config } = z.parse(imageSchema, answer);
  return [Config?.Entrypoint, Config?.Cmd].some((each) => (each?.length ?? 0) > 0);
}
