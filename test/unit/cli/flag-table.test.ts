import { describe, expect, it } from '@jest/globals';
import { flagsOf } from '../../../src/cli/flag-table.ts';
import { isOwn, ownOfLetter } from '../../../src/cli/own-flags.ts';
import type { Command } from '../../../src/commands/command.ts';
import { fieldsOf } from '../../../src/commands/shape.ts';
import { commandNames, loadCommand } from '../../../src/commands/table.ts';
import { providerSchemas } from '../../../src/providers/schemas.ts';

async function load(name: string): Promise<Command> {
  const command = await loadCommand(name);
  if (command === undefined) throw new Error(`there is no command ${name}`);
  return command;
}

/** Whether a command has a setting: one of its own, or one that a provider has in the group `api`. */
function isSettingOf(command: Command, key: string): boolean {
  const [top = '', inside = ''] = key.split('.');
  if (top !== 'api') return Object.hasOwn(command.shape, top);
  return Object.values(providerSchemas).some(({ api }) => Object.hasOwn(fieldsOf(api), inside));
}

describe.each(commandNames)('%s', (name) => {
  it('spells no flag like one of devbox itself', async () => {
    const { flags = {}, shape } = await load(name);
    const taken = Object.keys(flags).filter((flag) => isOwn(flag) || ownOfLetter(flag) !== undefined);
    expect(taken).toEqual([]);
    expect(Object.keys(shape).filter((key) => isOwn(key.replaceAll('_', '-')))).toEqual([]);
  });

  it('has a setting behind every flag and every word', async () => {
    const command = await load(name);
    const table = flagsOf(command);
    for (const flag of Object.keys(command.flags ?? {})) {
      expect({ flag, isThere: isSettingOf(command, table.find(flag)?.key ?? '') }).toEqual({
        flag,
        isThere: true,
      });
    }
    expect(command.positionals.filter((key) => !Object.hasOwn(command.shape, key))).toEqual([]);
  });

  it('lets pairs set mappings, and lists set lists', async () => {
    const command = await load(name);
    const table = flagsOf(command);
    for (const spelling of Object.values(command.flags ?? {})) {
      if (typeof spelling === 'string' || spelling.value === 'text') continue;
      expect([spelling.key, table.find(spelling.key)?.reading]).toEqual([spelling.key, spelling.value]);
    }
  });
});
