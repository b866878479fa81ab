import type { Isolation } from './probe.ts';

/** What a box's card says about how far it is kept apart. */
export function describeIsolation(isolation: Isolation, memoryGb: number | null): string {
  if (isolation.sandbox) {
    const kept = 'own processes and /tmp; files of the machine read-only, your home and other boxes hidden';
    return `bubblewrap: ${kept}; network shared${perProcess(memoryGb)}`;
  }
  return `none: runs as your own user, with access to all your files${perProcess(memoryGb)} (${isolation.why})`;
}

const perProcess = (memoryGb: number | null): string =>
  memoryGb === null ? '' : `; memory limited to ${memoryGb} GB per process`;
