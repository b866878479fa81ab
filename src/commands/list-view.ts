import { count } from '../base/text.ts';
import type { Text } from '../ui/card.ts';
import type { View } from '../ui/view.ts';

/** A list of things in columns. */
export interface ListOfThings {
  /** `template` */
  readonly noun: string;
  /** Where it is not the noun with an s. */
  readonly plural?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Text[])[];
  /** Said where the list is empty. */
  readonly none: Text;
  readonly json: readonly unknown[];
  readonly quiet: readonly string[];
}

/** A list as borderless columns and a count; where it is empty, only what is said of that. */
export function listView({ noun, plural, columns, rows, none, json, quiet }: ListOfThings): View {
  return {
    cards: rows.length === 0 ? [] : [{ title: '', rows: [], table: { look: 'list', columns, rows } }],
    footer: [rows.length === 0 ? none : count(rows.length, noun, plural)],
    json,
    quiet,
  };
}
