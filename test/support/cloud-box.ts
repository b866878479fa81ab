import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What stands for cloud-init and the driver of GPUs on a machine that has neither, in a directory of programs. */
export interface CloudBox {
  /** What `cloud-init status` says, and the status with which it ends. */
  cloudInit(status: string, exit?: number): void;
  /** How many GPUs there are; null takes nvidia-smi away from the box. */
  gpus(number: number | null): void;
  /** Puts another program before the one that there is. */
  program(name: string, script: string): void;
}

export function cloudBox(programs: string): CloudBox {
  const program = (name: string, script: string): void => {
    const file = join(programs, name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  };
  return {
    program,
    cloudInit: (status, exit = 0) => program('cloud-init', `echo 'status: ${status}'\nexit ${exit}`),
    gpus(number) {
      const lines = Array.from(
        { length: number ?? 0 },
        (_, index) => `GPU ${index}: NVIDIA GH200 (UUID: GPU-${index})`,
      );
      program('nvidia-smi', number === null ? 'exit 127' : lines.map((line) => `echo '${line}'`).join('\n'));
    },
  };
}
