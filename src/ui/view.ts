import type { Card, Text } from './card.ts';

/** One line of a result that goes on, such as a log that is followed. */
export interface ResultLine {
  readonly text: Text;
  /** The object that stands for it with `--json`. */
  readonly json: unknown;
}

/** The result of a command in all the forms in which it can be shown; a renderer picks one. */
export interface View {
  readonly cards: readonly Card[];
  /** A text of lines, in the place of cards. Its lines are shown with `--quiet`, too. */
  readonly lines?: readonly ResultLine[];
  /** Lines after the cards: the count line of a list, what to type next. */
  readonly footer?: readonly Text[];
  /** The one document of `--json`. */
  readonly json: unknown;
  /** The identifiers of `--quiet`, one a line. */
  readonly quiet: readonly string[];
  /** Exactly this on stdout where it is no terminal, for output meant to be used by a program. */
  readonly raw?: string;
}
