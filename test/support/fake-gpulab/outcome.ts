/** What is answered; without JSON the answer has no body. */
export interface Outcome {
  readonly status: number;
  readonly json: unknown;
}

/** An error in the API's own form, with Laravel's map of fields where there are any. */
export function refuse(
  status: number,
  message: string,
  errors?: Readonly<Record<string, readonly string[]>>,
): Outcome {
  return { status, json: errors ? { message, errors } : { message } };
}

export const ok = (json: unknown): Outcome => ({ status: 200, json });

export const text = (value: unknown): value is string => typeof value === 'string' && value !== '';
export const whole = (value: unknown): value is number => Number.isInteger(value);
