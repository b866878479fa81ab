import { type Frame, frameOf, type Origin, originOf, type Place } from './origin.ts';

export interface ComposeErrorDetails {
  /** The key, group or config that the error is about. */
  readonly path?: string | undefined;
  readonly origin?: Origin | undefined;
  readonly expected?: string | undefined;
  /** Nearest valid key, group or option. */
  readonly nearest?: string | undefined;
  /** What would have been valid, where that is a short list. */
  readonly candidates?: string[] | undefined;
  readonly hint?: string | undefined;
  readonly frame?: Frame | undefined;
  readonly cause?: unknown;
}

/**
 * The only error that the engine throws. `code` is stable and lower-case, such as `override/syntax`, `key/unknown`,
 * `option/unknown`, `config/not-found`, `yaml/syntax`, `interpolation/cycle`, `defaults/duplicate`.
 */
export class ComposeError extends Error {
  override readonly name = 'ComposeError';
  readonly code: string;
  readonly path?: string;
  readonly origin?: Origin;
  readonly expected?: string;
  readonly nearest?: string;
  readonly candidates?: string[];
  readonly hint?: string;
  readonly frame?: Frame;

  constructor(code: string, message: string, details: ComposeErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    if (details.path !== undefined) this.path = details.path;
    if (details.origin !== undefined) this.origin = details.origin;
    if (details.expected !== undefined) this.expected = details.expected;
    if (details.nearest !== undefined) this.nearest = details.nearest;
    if (details.candidates !== undefined) this.candidates = details.candidates;
    if (details.hint !== undefined) this.hint = details.hint;
    if (details.frame !== undefined) this.frame = details.frame;
  }
}

/** An error about something that stands at a place: adds its origin and code frame. */
export function errorAt(
  place: Place | undefined,
  code: string,
  message: string,
  details: ComposeErrorDetails = {},
): ComposeError {
  if (place === undefined) return new ComposeError(code, message, details);
  return new ComposeError(code, message, {
    origin: originOf(place),
    frame: frameOf(place.source, place.start),
    ...details,
  });
}
