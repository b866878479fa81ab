import { DevboxError } from '../base/errors.ts';

/** The error for a box that cannot be reached now. */
export function unreachable(name: string, why: string): DevboxError {
  return new DevboxError('failed', `${name} cannot be reached: ${why}`, {
    code: 'box/unreachable',
    hint: `Wait for it: devbox command=wait instance_identifier=${name}`,
  });
}
