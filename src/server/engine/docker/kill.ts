import { ApiProblem } from '../../problem.ts';
import { type EngineClient, EngineRefusal } from './client.ts';
import { killWords } from './scripts.ts';
import { startExec } from './started.ts';

/**
 * Sends signals to a process group in a container, one after the other. Engines cannot signal what they have started
 * in a container beside its main process; another program in it can.
 */
export class Killer {
  /** The signals that were sent. */
  readonly sent = new Set<NodeJS.Signals>();
  readonly #client: EngineClient;
  readonly #container: string;
  readonly #report: (line: string) => void;
  #pid: string | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(client: EngineClient, container: string, report: (line: string) => void) {
    this.#client = client;
    this.#container = container;
    this.#report = report;
  }

  /** Says which group is meant, by its leader. */
  target(pid: string): void {
    this.#pid = pid;
  }

  kill(signal: NodeJS.Signals): void {
    const pid = this.#pid;
    if (pid === undefined) return;
    this.sent.add(signal);
    this.#queue = this.#queue
      .then(() => runIn(this.#client, this.#container, killWords(signal, pid)))
      .catch((error: unknown) => {
        // Where the container is gone, so is what was to be signalled.
        if (!(error instanceof EngineRefusal)) this.#report(`a signal was not sent: ${String(error)}`);
      });
  }
}

/** Runs a short program in a container to its end; what it says is dropped. */
export async function runIn(client: EngineClient, container: string, argv: readonly string[]): Promise<void> {
  const { stream } = await startExec(client, container, argv);
  stream.resume();
  stream.end();
  await new Promise<void>((resolve, reject) => {
    stream.once('close', resolve);
    stream.once('error', (error) => reject(new ApiProblem(503, 'engine-unreachable', error.message)));
  });
}
