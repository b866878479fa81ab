import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { type EngineClient, EngineRefusal } from './client.ts';
import { type BoxMark, boxLabel, fromLabels, serverLabel } from './labels.ts';

const listed = z.array(z.object({ Id: z.string(), Labels: z.nullish(z.record(z.string(), z.string())) }));

const inspected = z.object({
  Id: z.string(),
  Created: z.string(),
  State: z.object({
    Status: z.string(),
    Running: z.boolean(),
    Paused: z.nullish(z.boolean()),
    Restarting: z.nullish(z.boolean()),
    OOMKilled: z.nullish(z.boolean()),
    ExitCode: z.int(),
    Error: z.nullish(z.string()),
    StartedAt: z.string(),
    FinishedAt: z.string(),
  }),
  Config: z.object({
    Env: z.nullish(z.array(z.string())),
    Labels: z.nullish(z.record(z.string(), z.string())),
  }),
  HostConfig: z.object({ NetworkMode: z.nullish(z.string()) }),
  NetworkSettings: z.object({
    Ports: z.nullish(z.record(z.string(), z.nullish(z.array(z.object({ HostPort: z.string() }))))),
  }),
});

const pollMilliseconds = 100;
const maxTries = 100;

/** A container of one of our boxes, as the engine describes it now. */
export interface BoxContainer {
  readonly id: string;
  /** When the container was, in milliseconds since 1970. */
  readonly created: number;
  readonly mark: BoxMark;
  readonly state: z.infer<typeof inspected>['State'];
  readonly isOnHostNetwork: boolean;
  /** By port in the box. */
  readonly hostPorts: ReadonlyMap<number, number>;
}

/** The containers that belong to one server, whatever their state. */
export class BoxContainers {
  readonly #client: EngineClient;
  readonly #server: string;

  constructor(client: EngineClient, server: string) {
    this.#client = client;
    this.#server = server;
  }

  /**
   * Looks at all of them, or at those of one box, the oldest first. What is removed meanwhile is left out.
   */
  async look(box?: string): Promise<BoxContainer[]> {
    const ids = await this.ids(box);
    const found = await Promise.all(ids.map((id) => this.inspect(id)));
    return found.filter((each) => each !== undefined).sort((a, b) => a.created - b.created);
  }

  async ids(box?: string): Promise<string[]> {
    const label = [`${serverLabel}=${this.#server}`, ...(box === undefined ? [] : [`${boxLabel}=${box}`])];
    const answer = await this.#client.ask((docker) =>
      docker.listContainers({ all: true, filters: { label } }),
    );
    return z.parse(listed, answer).map(({ Id }) => Id);
  }

  /** Undefined where there is no such container. */
  async inspect(id: string): Promise<BoxContainer | undefined> {
    const answer = await this.#client.askQuietly((docker) => docker.getContainer(id).inspect(), [404]);
    if (answer === undefined) return undefined;
    const { Id, Created, State, Config, HostConfig, NetworkSettings } = z.parse(inspected, answer);
    const ports = Object.entries(NetworkSettings.Ports ?? {}).flatMap(
      ([port, bindings]): [number, number][] => {
        const hostPort = Number(bindings?.[0]?.HostPort);
        return hostPort > 0 ? [[Number.parseInt(port, 10), hostPort]] : [];
      },
    );
    return {
      id: Id,
      created: Date.parse(Created),
      mark: fromLabels(Config.Labels ?? {}, Config.Env ?? []),
      state: State,
      isOnHostNetwork: HostConfig.NetworkMode === 'host',
      hostPorts: new Map(ports),
    };
  }

  /** Removes a container with what belongs to nobody else, and waits until it is gone. */
  async remove(id: string): Promise<void> {
    // One engine would wait first whether it ends by itself. 409, 500: it does not run.
    await this.#client.askQuietly((docker) => docker.getContainer(id).kill(), [404, 409, 500]);
    for (let tries = 0; ; tries++) {
      try {
        await this.#client.askQuietly(
          (docker) => docker.getContainer(id).remove({ force: true, v: true }),
          [404],
        );
        return;
      } catch (error) {
        // Its removal is under way already: somebody else's, or one of ours that was cut off.
        if (!(error instanceof EngineRefusal) || error.status !== 409 || tries === maxTries) throw error;
        await sleep(pollMilliseconds);
      }
    }
  }
}
