import { DevboxError } from '../base/errors.ts';
import { redact } from '../base/redact.ts';
import type { DevboxEvent } from '../ui/events.ts';
import type { Renderer } from '../ui/renderer.ts';

/** A renderer through which no error and no event repeats a secret. */
export function hidingRenderer(renderer: Renderer, secrets: readonly string[]): Renderer {
  return {
    ...renderer,
    emit: (event) => renderer.emit(hideInEvent(event, secrets)),
    labelled(label) {
      const emit = renderer.labelled(label);
      return (event) => emit(hideInEvent(event, secrets));
    },
    fail: (error) => renderer.fail(hideInError(error, secrets)),
  };
}

/** The same error without what looks like a secret or is one of the given. */
export function hideInError(error: DevboxError, secrets: readonly string[]): DevboxError {
  const hide = (text: string): string => redact(text, secrets);
  const { kind, code, title, details, suggestion, hint } = error;
  return new DevboxError(kind, hide(error.message), {
    code,
    title,
    details: details.map(({ label, value }) => ({ label: hide(label), value: hide(value) })),
    suggestion: suggestion === undefined ? undefined : hide(suggestion),
    hint: hint === undefined ? undefined : hide(hint),
    cause: error,
  });
}

function hideInEvent(event: DevboxEvent, secrets: readonly string[]): DevboxEvent {
  return 'message' in event ? { ...event, message: redact(event.message, secrets) } : event;
}
