import { ApiProblem } from '../../problem.ts';

const safe = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;

/**
 * Checks a box's name. It is also the name of its home's directory, so it is held to what is safe as one path
 * segment and as a word on a command line: the names that devbox takes for boxes anywhere.
 * @throws ApiProblem 422
 */
export function checkName(name: string): void {
  if (safe.test(name)) return;
  const what = `${JSON.stringify(name.slice(0, 80))} cannot be a name here`;
  const rule = 'use 1 to 64 letters, digits, ".", "_" and "-", beginning with a letter, a digit or "_"';
  throw new ApiProblem(422, 'invalid-name', `${what}: ${rule}`, { server_name: [rule] });
}

/**
 * What makes two names the same, and the name of their home: some file systems do not tell upper from lower case,
 * and some drop dots at the end, so a home must not depend on such a difference.
 */
export const nameKey = (name: string): string => name.toLowerCase().replace(/\.+$/, '');
