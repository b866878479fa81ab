import { DevboxError } from '../base/errors.ts';
import type { Box, Reach } from '../providers/provider.ts';

/** The error for a box that cannot be reached now. */
export function unreachable(
  { name, id, phase }: Pick<Box, 'name' | 'id' | 'phase'>,
  { why }: Extract<Reach, { kind: 'none' }>,
): DevboxError {
  const box = name ?? id;
  return new DevboxError('failed', `${box} cannot be reached: ${why}`, {
    code: 'box/unreachable',
    hint:
      phase === 'stopped'
        ? `Start it: devbox command=start instance_identifier=${box}`
        : `Wait for it: devbox command=wait instance_identifier=${box}`,
  });
}
