import type { Tools } from './tools.ts';

/** A machine on which boxes can be kept apart, and as whom. */
export interface Sandbox {
  readonly tools: Tools;
  readonly uid: number;
  readonly gid: number;
  /** Directories that no box sees: homes of users, and what belongs to devbox. */
  readonly hidden: readonly string[];
}

/** Takes all that a process could do as an owner of its namespaces, for good. */
export function withoutPrivileges({ tools, uid }: Sandbox): string[] {
  // Others than root lose it at the first exec, and may not name it.
  const bounding = uid === 0 ? ['--bounding-set=-all'] : [];
  return [tools.setpriv, ...bounding, '--inh-caps=-all', '--no-new-privs', '--'];
}
