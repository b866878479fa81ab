import type { Context } from '../base/context.ts';
import type { JobPlace, Outcome } from '../commands/outcome.ts';
import type { Composition } from '../compose/index.ts';
import type { ConfigSource } from '../config/compose.ts';
import type { Mode, Renderer } from '../ui/renderer.ts';
import type { Flags } from './own-flags.ts';

/** A command line that is understood, or one job of its sweeps. */
export interface Line {
  readonly flags: Flags;
  readonly source: ConfigSource;
  readonly overrides: readonly string[];
  /** The words after `--`. */
  readonly rest: readonly string[] | undefined;
  readonly interactive: boolean;
  /** Work that is awaited only before the process ends; none of it may fail. */
  readonly background: Set<Promise<void>>;
  /** Values that must not be shown. */
  readonly secrets: readonly string[];
  /** Its configuration, where it is composed already. */
  readonly composition?: Composition;
  /** Its place in a multirun; undefined for a command line that stands alone. */
  readonly job?: JobPlace;
}

/** The part of a renderer that a command line needs while it runs. */
export type LiveOutput = Pick<Renderer, 'emit' | 'prepare' | 'release' | 'show' | 'append' | 'replace'>;

/** The form in which results are shown. */
export function modeOf({ json, quiet }: Pick<Flags, 'json' | 'quiet'>): Mode {
  return json ? 'json' : quiet ? 'quiet' : 'cards';
}

/** Composes a command line without sweeps, and prints its configuration or runs it. */
export type RunLine = (line: Line, context: Context, output: LiveOutput) => Promise<Outcome>;

/** Whether an override sets something of Hydra's own rather than of devbox. */
export function mayBeAboutHydra(override: string): boolean {
  return /^[+~]*hydra(?=[./@=])/.test(override);
}
