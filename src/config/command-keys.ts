import { commonKeys } from '../commands/common-keys.ts';
import { ComposeError, parseOverride } from '../compose/index.ts';

/** The settings that each command has of its own, by the command's name. */
export type CommandKeys = ReadonlyMap<string, ReadonlySet<string>>;

/** Keys and groups that every command has. */
const common = [...commonKeys, 'hydra'];

/** Whether an override may set something that only some commands have. */
export function isOfCommand(override: string): boolean {
  const key = topKey(override);
  return key !== undefined && !common.includes(key);
}

/** Asks every command for its settings. */
export async function keysOfCommands(): Promise<CommandKeys> {
  const { loadCommands } = await import('../commands/table.ts');
  return new Map((await loadCommands()).map(({ name, shape }) => [name, new Set(Object.keys(shape))]));
}

/**
 * The overrides of a project for one command; null in the place of each that sets what this command does not have and
 * another one has. What no command has stays, and is an error as anywhere else.
 */
export function overridesFor(
  command: string,
  overrides: readonly string[],
  keys: CommandKeys,
): readonly (string | null)[] {
  const own = keys.get(command.replaceAll('-', '_'));
  return overrides.map((override) => {
    const key = isOfCommand(override) ? topKey(override) : undefined;
    if (key === undefined || own?.has(key)) return override;
    return [...keys.values()].some((others) => others.has(key)) ? null : override;
  });
}

/** The first part of the key that an override sets; undefined for a group, and for what cannot be read. */
function topKey(override: string): string | undefined {
  try {
    const { key, package: packageName } = parseOverride(override);
    return key.includes('/') || packageName !== null ? undefined : key.split('.', 1)[0];
  } catch (error) {
    if (error instanceof ComposeError) return undefined;
    throw error;
  }
}
