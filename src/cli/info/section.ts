import type { Context } from '../../base/context.ts';
import type { Composition } from '../../compose/index.ts';
import type { ConfigSource } from '../../config/compose.ts';
import type { Card, Text } from '../../ui/card.ts';
import type { Flags } from '../own-flags.ts';

/** What a command line is explained from. */
export interface InfoCall {
  readonly flags: Pick<Flags, 'info' | 'resolve' | 'package'>;
  readonly source: ConfigSource;
  readonly context: Context;
  /** Values that must not be shown, longest first. */
  readonly secrets: readonly string[];
  /** Composes the configuration; not called where an explanation does not need it. @throws ComposeError. */
  readonly composition: () => Composition;
}

/** One explanation in all its forms. */
export interface Section {
  readonly cards: readonly Card[];
  readonly footer?: readonly Text[];
  /** Its members of the one JSON document. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly quiet: readonly string[];
}
