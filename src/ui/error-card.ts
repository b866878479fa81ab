import { type DevboxError, failures } from '../base/errors.ts';
import { cleanText } from '../base/text.ts';
import type { Card, Row } from './card.ts';

/**
 * The card of an error: where it happened, what was said, what to do.
 *
 *     API Error
 *         Request:  POST /instance-operations/launch
 *         Message:  Not enough capacity to fulfill launch request.
 *            Next:  try another region
 */
export function errorCard(error: DevboxError): Card {
  const rows: Row[] = error.details.map(({ label, value }) => row(label, value));
  rows.push(row('Message', error.message));
  if (error.suggestion !== undefined) rows.push(row('Suggestion', error.suggestion));
  if (error.hint !== undefined) rows.push(row('Next', error.hint));
  return { title: error.title, mood: error.kind === 'interrupted' ? 'warning' : 'bad', rows };
}

/** More than this of one value helps nobody, in characters. */
const maxShown = 2000;

function row(label: string, value: string): Row {
  return { label, value: cleanText(value, maxShown).trim() };
}

/**
 * The document of an error for machines. `code`, `message`, `hint` (null where there is none) and `exit` are always
 * there; the details follow under their labels in lower case with underscores, such as `request` and `private_ip`. A
 * detail whose name is taken is called `detail_NAME`.
 */
export function errorJson(error: DevboxError): { readonly error: Readonly<Record<string, unknown>> } {
  const document: Record<string, unknown> = {
    code: error.code,
    message: error.message,
    hint: error.hint ?? null,
    exit: failures[error.kind].exit,
  };
  if (error.suggestion !== undefined) document['suggestion'] = error.suggestion;
  for (const { label, value } of error.details) {
    const key = label.toLowerCase().replace(/[^a-z0-9]+/g, '_');
    if (!Object.hasOwn(document, key)) document[key] = value;
    else if (document[key] !== value) document[`detail_${key}`] = value;
  }
  return { error: document };
}
