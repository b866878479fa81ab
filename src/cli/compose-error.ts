import type { Context } from '../base/context.ts';
import { type Detail, DevboxError } from '../base/errors.ts';
import { redact, redactYaml } from '../base/redact.ts';
import type { ComposeError } from '../compose/index.ts';
import { describeOrigin, shortPath } from '../config/place.ts';

/** A composition error as the user sees it: what, where, the lines of the file, what would have been right. */
export function composeErrorCard(error: ComposeError, context: Context): DevboxError {
  const details: Detail[] = [];
  if (error.path !== undefined && !error.message.includes(error.path))
    details.push({ label: 'Key', value: error.path });
  if (error.origin) details.push({ label: 'Set by', value: describeOrigin(error.origin, context) });
  else if (error.frame)
    details.push({ label: 'File', value: `${shortPath(error.frame.file, context)}:${error.frame.line}` });
  for (const line of error.frame?.lines ?? []) details.push({ label: '', value: redactYaml(line) });
  if (error.expected !== undefined) details.push({ label: 'Expected', value: error.expected });
  if (error.nearest === undefined && error.candidates && error.candidates.length > 0) {
    details.push({ label: 'There is', value: error.candidates.join(', ') });
  }
  return new DevboxError('usage', redact(error.message), {
    code: `config/${error.code.replace(/^config\//, '')}`,
    title: 'Configuration Error',
    details,
    hint: nextStep(error),
    cause: error,
  });
}

function nextStep(error: ComposeError): string | undefined {
  if (error.nearest !== undefined) {
    return error.message.includes('did you mean')
      ? 'devbox --help shows the configuration.'
      : `Did you mean ${error.nearest}?`;
  }
  // The engine would offer to add the key with a plus; the schema would refuse it then.
  if (error.code === 'key/unknown') return 'devbox help COMMAND lists the settings of a command.';
  return error.hint;
}
