import { ApiProblem } from '../../problem.ts';

const safe = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9_-])?$/;

/**
 * Checks a box's name. It is also the name of its home's directory, so it is held to what is safe as one path
 * segment, a host name's first label and a word on a command line.
 * @throws ApiProblem 422
 */
export function checkName(name: string): void {
  if (safe.test(name)) return;
  const what = `${JSON.stringify(name.slice(0, 80))} cannot be a name here`;
  const rule =
    'use 1 to 63 letters, digits, ".", "_" and "-", beginning with a letter or digit, not ending in "."';
  throw new ApiProblem(422, 'invalid-name', `${what}: ${rule}`, { server_name: [rule] });
}

/**
 * What makes two names the same: some file systems do not tell upper from lower case, so a home must not depend
 * on the difference.
 */
export const nameKey = (name: string): string => name.toLowerCase();
