import type { Context } from '../../base/context.ts';
import type { Outcome } from '../../commands/outcome.ts';
import type { ConfigSource } from '../../config/compose.ts';
import type { Emit } from '../../ui/events.ts';
import type { View } from '../../ui/view.ts';
import type { Arguments } from '../arguments.ts';
import type { Flags } from '../own-flags.ts';

/** A call of a command about devbox itself. */
export interface MetaCall {
  /** The words after the command's own. */
  readonly words: readonly string[];
  /** The words after `--`; undefined where there was no `--`. */
  readonly rest: readonly string[] | undefined;
  readonly flags: Flags;
  readonly source: ConfigSource;
  readonly context: Context;
  /** Values that must not be shown, longest first. */
  readonly secrets: readonly string[];
  readonly emit: Emit;
  /** Shows something before the end, such as what a question is about. */
  readonly show: (view: View) => Promise<void>;
  /** A person is at the terminal and can be asked. */
  readonly interactive: boolean;
  /** Runs another command line in a working directory, and shows how it ended. */
  readonly again: (line: Arguments, cwd: string) => Promise<Outcome>;
}

/**
 * A command about devbox and its configuration rather than about boxes: it composes nothing and asks no provider, so
 * it works where the configuration is broken.
 */
export interface MetaCommand {
  /** One line for the list of commands. */
  readonly summary: string;
  run(call: MetaCall): Promise<Outcome>;
  /** What its next word can be, for completion. */
  complete?(call: Pick<MetaCall, 'words' | 'source' | 'context'>): Promise<readonly string[]>;
}
