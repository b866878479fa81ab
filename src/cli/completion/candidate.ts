/** A word that may stand where the cursor is. */
export interface Candidate {
  /** The whole word; one that ends in `=` is continued without a space. */
  readonly value: string;
  readonly description?: string | undefined;
}

/** Words without descriptions, each behind a prefix. */
export function plain(values: Iterable<string>, prefix = ''): Candidate[] {
  return [...values].map((value) => ({ value: `${prefix}${value}` }));
}
