import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The forms in which a secret can lie in a text: as it is, each of its lines, in JSON, in an address, and in base64 wherever it
 * begins there.
 */
export function formsOf(secret: string): string[] {
  const lines = secret.split('\n').filter((line) => line.trim().length >= 8);
  const whole = [secret, ...lines].flatMap((text) => [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    ...base64Of(text),
  ]);
  return [...new Set(whole)];
}

/** The characters of a text in base64 that it alone decides, at each of the three places where it can begin. */
function base64Of(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].map((skipped) => {
    const encoded = Buffer.concat([Buffer.alloc(skipped), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return encoded.slice(Math.ceil((skipped * 8) / 6), -2);
  });
}

/** Which of these secrets lie in a text, in any form; each with what is around it. */
export function secretsIn(text: string, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) =>
    formsOf(secret).flatMap((form) => {
      const at = text.indexOf(form);
      return at < 0 ? [] : [`${name}: ${text.slice(Math.max(0, at - 80), at + form.length + 20)}`];
    }),
  );
}

/** Everything below a folder, as texts. @param except names of files that are left out. */
export function textsIn(folder: string, except: readonly string[] = []): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((file) => file.isFile() && !except.includes(file.name))
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'));
}
