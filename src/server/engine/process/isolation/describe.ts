import type { Isolation } from './probe.ts';

/** What a box's card says about how far it is kept apart. */
export function describeIsolation(isolation: Isolation, memoryGb: number | null): string {
  if (isolation.sandbox) {
    return `bubblewrap: host read-only, your home hidden, network shared${perProcess(memoryGb)}`;
  }
  return `none: runs as your own user, with access to all your files${perProcess(memoryGb)} (${isolation.why})`;
}

const perProcess = (memoryGb: number | null): string =>
  memoryGb === null || process.platform !== 'linux' ? '' : `; memory limited to ${memoryGb} GB per process`;
