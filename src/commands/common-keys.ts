/** Groups and settings that every command has beside its own. No schemas here: every start reads this. */
export const commonKeys: readonly string[] = [
  'command',
  'api',
  'wait',
  'ssh',
  'leases',
  'default_output',
  'default_gpu_type',
];
