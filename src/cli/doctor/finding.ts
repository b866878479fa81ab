import { DevboxError } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';

/** How bad something is: a problem keeps a command from working, a warning may. */
export type FindingClass = 'ok' | 'warning' | 'problem';

/** What was found about one thing. Texts are free of control characters. */
export interface Finding {
  /** Stable name, such as `key`; unique in its section. */
  readonly check: string;
  /** What the user reads for it. */
  readonly label: string;
  readonly class: FindingClass;
  readonly found: string;
  /** What to type or do; null where nothing has to be done. */
  readonly remedy: string | null;
}

/** What was found about one part, such as a provider. */
export interface Section {
  /** Stable name, such as `api=lambda`. */
  readonly name: string;
  readonly title: string;
  readonly findings: readonly Finding[];
}

export function ok(check: string, label: string, found: string): Finding {
  return { check, label, class: 'ok', found: cleanLine(found, 500), remedy: null };
}

export function warning(check: string, label: string, found: string, remedy: string): Finding {
  return { ...ok(check, label, found), class: 'warning', remedy: cleanLine(remedy, 500) };
}

export function problem(check: string, label: string, found: string, remedy: string | null): Finding {
  return { ...ok(check, label, found), class: 'problem', remedy: remedy && cleanLine(remedy, 500) };
}

/** An error as a finding. @throws the error, where it is none that is meant for the user, or an interruption. */
export function errorFinding(check: string, label: string, error: unknown): Finding {
  if (!(error instanceof DevboxError) || error.kind === 'interrupted') throw error;
  const said = error.details.find(({ label: name }) => name === 'Details' || name === 'Reason');
  const found = said ? `${error.message} (${said.value})` : error.message;
  return problem(check, label, found, error.hint ?? error.suggestion ?? null);
}

/** What work finds; an error is a problem. */
export async function tried(
  check: string,
  label: string,
  work: () => Promise<Finding | readonly Finding[]>,
): Promise<Finding[]> {
  try {
    return [await work()].flat();
  } catch (error) {
    return [errorFinding(check, label, error)];
  }
}
