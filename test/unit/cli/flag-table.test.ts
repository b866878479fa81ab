import { describe, expect, it } from '@jest/globals';
import { flagsOf } from '../../../src/cli/flag-table.ts';
import { isOwn, ownOfLetter } from '../../../src/cli/own-flags.ts';
import type { Command } from '../../../src/commands/command.ts';
import { commandNames, loadCommand } from '../../../src/commands/table.ts';

async function load(name: string): Promise<Command> {
  const command = await loadCommand(name);
  if (command === undefined) throw new Error(`there is no command ${name}`);
  return command;
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
      const key = table.find(flag)?.key.split('.', 1)[0] ?? '';
      expect({ flag, isThere: Object.hasOwn(command.shape, key) }).toEqual({ flag, isThere: true });
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
