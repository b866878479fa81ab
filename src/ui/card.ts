/** What a piece of text means; the theme decides how it looks. */
export type Tone = 'plain' | 'dim' | 'strong' | 'good' | 'busy' | 'bad' | 'command' | 'path' | 'money';

/** A run of text with one meaning. Already freed of control characters. */
export interface Token {
  readonly text: string;
  readonly tone: Tone;
}

/** Text with meaning; a bare string is plain. */
export type Text = string | readonly (string | Token)[];

/** A right-aligned dim label and its value. */
export interface Row {
  readonly label: string;
  readonly value: Text;
}

/** Borderless columns under dim headings; as `list`, a list of things by itself, at the margin under cyan headings. */
export interface Table {
  readonly look?: 'list';
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Text[])[];
}

/**
 * The one form in which devbox shows a thing: a box, an error, a resource, a finding.
 *
 *     gh200-devbox
 *             ID:  646044a5f4ee41ff829613a9cbd22438
 *         Status:  active
 */
export interface Card {
  /** Empty for a list, which needs none. */
  readonly title: string;
  /** Colour of the heading: `normal` is cyan, `bad` red, `warning` yellow. */
  readonly mood?: 'normal' | 'bad' | 'warning';
  readonly rows: readonly Row[];
  readonly table?: Table;
}

export const token = (tone: Tone, text: string): Token => ({ tone, text });

/** The characters of a text without their meaning. */
export function plainText(text: Text): string {
  return typeof text === 'string'
    ? text
    : text.map((piece) => (typeof piece === 'string' ? piece : piece.text)).join('');
}

/** Tone of a box's status word, the same everywhere. Unknown words are plain. */
export function statusTone(status: string): Tone {
  switch (status.toLowerCase()) {
    case 'active':
    case 'running':
    case 'healthy':
      return 'good';
    case 'booting':
    case 'deploying':
    case 'starting':
    case 'restarting':
    case 'creating':
    case 'pulling':
      return 'busy';
    case 'unhealthy':
    case 'failed':
    case 'timeout':
    case 'preempted':
      return 'bad';
    case 'terminated':
    case 'terminating':
    case 'stopped':
      return 'dim';
    default:
      return 'plain';
  }
}
