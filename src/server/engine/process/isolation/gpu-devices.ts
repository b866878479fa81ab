import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AllocatedGpu } from '../../engine.ts';

const driver = '/proc/driver/nvidia/gpus';

/** The device files that programs need to use these GPUs; none without a GPU. */
export function gpuDevices(gpus: readonly AllocatedGpu[]): string[] {
  if (gpus.length === 0) return [];
  const minors = minorNumbers();
  const common = ['nvidiactl', 'nvidia-uvm', 'nvidia-uvm-tools', 'nvidia-modeset'];
  // The driver numbers its devices as nvidia-smi does, unless it says otherwise.
  return [...common, ...gpus.map(({ uuid, index }) => `nvidia${minors.get(uuid) ?? index}`)].map((name) =>
    join('/dev', name),
  );
}

/** Which device each GPU has, by its UUID, as far as the driver says. */
function minorNumbers(): Map<string, number> {
  try {
    return new Map(
      readdirSync(driver).flatMap((name): [string, number][] => {
        const text = readFileSync(join(driver, name, 'information'), 'utf8');
        const uuid = /^GPU UUID:\s*(\S+)/m.exec(text)?.[1];
        const minor = /^Device Minor:\s*(\d+)/m.exec(text)?.[1];
        return uuid && minor ? [[uuid, Number(minor)]] : [];
      }),
    );
  } catch {
    return new Map();
  }
}
