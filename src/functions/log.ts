import { redact } from '../base/redact.ts';
import { cleanLine } from '../base/text.ts';

/** Longest text of one field. */
const longest = 2000;

export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

export type Fields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * Writes one JSON object per line, as CloudWatch can search it. Text is freed of control characters and of whatever looks
 * like a secret.
 * @param frame fields of every line, such as the function and the request.
 * @param secrets values that must not be shown.
 */
export function openLog(write: (line: string) => void, frame: Fields, secrets: readonly string[] = []): Log {
  const line = (level: string, message: string, fields: Fields): void => {
    const entries = Object.entries({ level, message, ...frame, ...fields }).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, typeof value === 'string' ? cleanField(value, secrets) : value]],
    );
    write(`${JSON.stringify(Object.fromEntries(entries))}\n`);
  };
  return {
    info: (message, fields = {}) => line('info', message, fields),
    warn: (message, fields = {}) => line('warn', message, fields),
    error: (message, fields = {}) => line('error', message, fields),
  };
}

/** Text as it may stand in a log. */
export function cleanField(text: string, secrets: readonly string[] = []): string {
  return cleanLine(redact(text, secrets), longest);
}
