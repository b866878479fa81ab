import { DevboxError } from '../../base/errors.ts';
import { isSafeAlias } from '../../remote/ssh-target.ts';

/**
 * The names of the boxes to bring up: the name itself, or `NAME-1` to `NAME-N` for more than one.
 * @throws DevboxError of kind `usage` for a name that is no safe file name and SSH alias.
 */
export function boxNames(name: string, quantity: number): string[] {
  const names =
    quantity === 1 ? [name] : Array.from({ length: quantity }, (_, index) => `${name}-${index + 1}`);
  const unsafe = names.find((each) => !isSafeAlias(each));
  if (unsafe === undefined) return names;
  throw new DevboxError('usage', `instance_name ${JSON.stringify(unsafe)} cannot be used`, {
    code: 'up/unsafe-name',
    title: 'Configuration Error',
    details: [
      {
        label: 'Expected',
        value:
          'letters, digits, dots, hyphens and underscores, a letter, digit or underscore first, at most 64 characters',
      },
    ],
    hint: 'It becomes a file name and a host name for ssh. Choose another: instance_name=NAME',
  });
}
