import type { FastifyInstance } from 'fastify';
import type { Addresser } from '../address.ts';
import type { CredentialStore } from '../credentials/store.ts';
import type { Engine } from '../engine/engine.ts';
import type { GpuPool } from '../gpus/pool.ts';
import type { ExecRate } from '../limits/rate.ts';
import { ApiProblem } from '../problem.ts';
import type { SshKeyStore } from '../ssh-keys/store.ts';
import type { TemplateStore } from '../templates/store.ts';
import type { TerminalSessions } from '../terminal/sessions.ts';
import type { Meter } from '../volumes/measure.ts';
import type { VolumeStore } from '../volumes/store.ts';

/** What routes need. */
export interface RouteDeps {
  readonly engine: Engine;
  readonly terminals: TerminalSessions;
  readonly volumes: VolumeStore;
  /** Measures volumes. */
  readonly meter: Meter;
  readonly gpus: GpuPool;
  readonly templates: TemplateStore;
  readonly credentials: CredentialStore;
  readonly sshKeys: SshKeyStore;
  /** How many commands a caller may start; undefined for no limit. */
  readonly execRate: ExecRate | undefined;
  /** The address by which a caller reached the server, for the addresses in answers. */
  readonly addressOf: Addresser;
  readonly version: string;
  readonly user: { readonly name: string; readonly host: string };
  readonly now: () => number;
}

/** Adds the routes of one resource. */
export type Routes = (app: FastifyInstance, deps: RouteDeps) => void;

/** The number in a path. @throws ApiProblem 404 for a text that is none: nothing has it for an id. */
export function numberIn(text: string, what: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ApiProblem(
    404,
    'not-found',
    `there is no ${what} ${JSON.stringify(text)}: ids are whole numbers`,
  );
}
