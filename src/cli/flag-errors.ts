import { DevboxError } from '../base/errors.ts';
import { nearest } from '../base/text.ts';

/** A flag without its value, or with one that it does not take. */
export function badFlag(flag: string, wantsValue: boolean): DevboxError {
  return new DevboxError('usage', wantsValue ? `${flag} needs a value` : `${flag} takes no value`, {
    code: 'usage/flag-value',
    title: 'Usage Error',
    hint: wantsValue ? `Write ${flag} VALUE.` : `Write ${flag} alone.`,
  });
}

/** A flag given twice, perhaps in another spelling. */
export function repeatedFlag(flag: string, other = flag): DevboxError {
  const problem = flag === other ? `${flag} is given twice` : `${other} and ${flag} are the same flag`;
  return new DevboxError('usage', problem, {
    code: 'usage/flag-repeated',
    title: 'Usage Error',
    hint: 'Give it once.',
  });
}

/**
 * A flag that there is not.
 * @param command the command that does not have it; undefined where none is known.
 * @param names those that there are, without hyphens.
 */
export function unknownFlag(
  flag: string,
  command: string | undefined,
  names: readonly string[],
): DevboxError {
  const near = nearest(flag.replace(/^-+/, ''), names);
  const help = command === undefined ? 'devbox --help' : `devbox help ${command}`;
  return new DevboxError('usage', `${flag} is no flag of ${command ?? 'devbox'}`, {
    code: 'usage/flag-unknown',
    title: 'Usage Error',
    hint: near ? `Did you mean --${near}? ${help} shows all flags.` : `${help} shows all flags.`,
  });
}
