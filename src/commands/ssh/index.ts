import * as z from 'zod/mini';
import type { Box } from '../../providers/provider.ts';
import { token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';
import { accessTo } from '../access.ts';
import { defineCommand } from '../command.ts';
import { findBox } from '../find-box.ts';
import { identifierShape } from '../settings.ts';
import { refuseJob, terminalOf } from '../shell.ts';
import { type SshAccess, shellLineTo } from '../ssh-access.ts';

export const ssh = defineCommand({
  name: 'ssh',
  summary: 'open a shell on a box, or print the line that does',
  examples: [
    'devbox command=ssh instance_identifier=gh200-devbox',
    'devbox ssh gh200-devbox print=true',
    'devbox ssh devbox',
  ],
  positionals: ['instance_identifier'],
  shape: { ...identifierShape, print: z.boolean().check(z.describe('print the line instead of connecting')) },
  async run({ instance_identifier, print, ssh: settings }, deps) {
    if (!print) refuseJob(instance_identifier, deps);
    const found = await findBox(instance_identifier, deps);
    if (!deps.interactive || print) {
      return { view: lineView(found.box, await shellLineTo(found.box, settings, deps)) };
    }
    const streams = terminalOf(deps);
    const access = await accessTo(found, settings, deps);
    await deps.releaseTerminal();
    return { exit: await access.terminal(streams) };
  },
});

/** The line alone where a program reads it, so that `$(devbox ssh NAME)` works. */
function lineView(box: Box, access: SshAccess): View {
  return {
    cards: [{ title: box.name ?? box.id, rows: [{ label: 'SSH', value: [token('command', access.line)] }] }],
    footer: access.advice,
    json: { id: box.id, name: box.name, command: access.argv, line: access.line },
    quiet: [access.line],
    raw: access.line,
  };
}
