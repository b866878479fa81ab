import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../base/context.ts';
import { DevboxError } from '../base/errors.ts';
import type { Command } from '../commands/command.ts';
import { ComposeError, listGroups } from '../compose/index.ts';
import { type ConfigSource, composeConfig } from '../config/compose.ts';
import type { CommandNames } from './words.ts';

/** The names, with all that is known of the commands behind them. */
export interface ConfiguredCommands extends CommandNames {
  command(option: string): Promise<Command | undefined>;
}

/** The commands that a configuration has: those of devbox, and the options that extend them. */
export function commandNamesIn(source: ConfigSource, context: Context): ConfiguredCommands {
  const isThere = (path: string): boolean => source.trees.some((tree) => existsSync(join(tree.path, path)));
  return {
    hasOption: (option) => isName(option) && isThere(join('command', `${option}.yaml`)),
    hasGroup: (group) => isName(group) && isThere(group),
    options: () =>
      listGroups(source.trees)
        .find(({ group }) => group === 'command')
        ?.options.map(({ name }) => name) ?? [],
    async command(option) {
      const { loadCommand } = await import('../commands/table.ts');
      const own = await loadCommand(option);
      if (own) return own;
      const name = commandBehind(option, source, context);
      return name === undefined ? undefined : loadCommand(name);
    },
  };
}

/** Words with slashes or dots alone are none that a file of a group is called. */
const isName = (word: string): boolean => /^[\w-][\w.-]*$/.test(word);

/** The command that an option such as `up_gh200` or `rm` extends, which only a composition tells. */
function commandBehind(option: string, source: ConfigSource, context: Context): string | undefined {
  try {
    const { command } = composeConfig(source, [`command=${option}`], context).config;
    return typeof command === 'string' ? command.replaceAll('-', '_') : undefined;
  } catch (error) {
    // Whatever is wrong is said when the command line itself is composed.
    if (error instanceof ComposeError || error instanceof DevboxError) return undefined;
    throw error;
  }
}
