import type { FastifyInstance } from 'fastify';
import type { Engine } from '../engine/engine.ts';
import type { TerminalTickets } from '../terminal/tickets.ts';
import type { Meter } from '../volumes/measure.ts';
import type { VolumeStore } from '../volumes/store.ts';

/** What routes need. */
export interface RouteDeps {
  readonly engine: Engine;
  readonly tickets: TerminalTickets;
  readonly volumes: VolumeStore;
  /** Measures volumes. */
  readonly meter: Meter;
  readonly version: string;
  readonly user: { readonly name: string; readonly host: string };
  readonly now: () => number;
}

/** Adds the routes of one resource. */
export type Routes = (app: FastifyInstance, deps: RouteDeps) => void;

/** Path parameters of everything below one container. */
export interface ContainerPath {
  readonly Params: { readonly uuid: string };
}

/** Path parameters of everything below one volume, which is named by its id or its name. */
export interface VolumePath {
  readonly Params: { readonly volume: string };
}
