import type { Context } from '../base/context.ts';
import { DevboxError } from '../base/errors.ts';
import { ComposeError } from '../compose/index.ts';
import { composeErrorCard } from './compose-error.ts';
import { systemError } from './system-error.ts';

/** Whatever was thrown, as an error that can be shown. */
export function shownError(error: unknown, context: Context): DevboxError {
  if (error instanceof DevboxError) return error;
  if (error instanceof ComposeError) return composeErrorCard(error, context);
  const system = systemError(error);
  if (system) return system;
  const message = error instanceof Error ? error.message : String(error);
  return new DevboxError('failed', message, {
    code: 'internal',
    title: 'Internal Error',
    details:
      context.env['DEVBOX_DEBUG'] && error instanceof Error
        ? [{ label: 'Stack', value: error.stack ?? '' }]
        : [],
    hint: 'This is a fault of devbox. DEVBOX_DEBUG=1 shows where; please report it.',
    cause: error,
  });
}
