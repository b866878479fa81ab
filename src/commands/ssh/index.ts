import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import type { Box } from '../../providers/provider.ts';
import { connectSsh } from '../../remote/ssh-command.ts';
import { token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';
import { type CommandDeps, defineCommand } from '../command.ts';
import { findBox } from '../find-box.ts';
import { requireFacet } from '../require-facet.ts';
import { identifierShape } from '../settings.ts';
import { arrangeSsh, type SshAccess } from '../ssh-access.ts';
import { unreachable } from '../unreachable.ts';

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
    if (deps.job !== null && !print) throw wantsTerminal(instance_identifier);
    const { box, provider } = await findBox(instance_identifier, deps);
    const connects = deps.interactive && !print;
    switch (box.reach.kind) {
      case 'ssh': {
        const access = await arrangeSsh(box, box.reach, settings, deps.context);
        if (!connects) return { view: lineView(box, access) };
        await deps.releaseTerminal();
        return {
          exit: await connectSsh(access.argv, { env: deps.context.env, signal: deps.context.signal }),
        };
      }
      case 'server': {
        const server = requireFacet(provider, 'server');
        const line = `devbox ssh ${box.name ?? box.id}`;
        if (!connects) return { view: lineView(box, { argv: line.split(' '), line, advice: [] }) };
        await deps.releaseTerminal();
        return { exit: await server.access(box).terminal(terminalOf(deps)) };
      }
      case 'none':
        throw unreachable(box.name ?? box.id, box.reach.why);
    }
  },
});

/** A terminal is for one shell at a time. */
function wantsTerminal(identifier: string): DevboxError {
  return new DevboxError('usage', 'ssh needs the terminal for itself, so it is no job of a multirun', {
    code: 'ssh/in-multirun',
    title: 'Usage Error',
    hint: `Run devbox ssh ${identifier} alone, or add print=true for the line that connects.`,
  });
}

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

function terminalOf(deps: CommandDeps) {
  const { stdin, stdout } = deps.context;
  if (isTerminalInput(stdin.stream) && isTerminalOutput(stdout.stream)) {
    return { stdin: stdin.stream, stdout: stdout.stream };
  }
  throw new DevboxError('usage', 'a shell needs a terminal', {
    code: 'ssh/no-terminal',
    hint: 'Run it from a terminal, or run one command with devbox exec.',
  });
}

function isTerminalInput(stream: unknown): stream is NodeJS.ReadStream {
  return typeof stream === 'object' && stream !== null && 'setRawMode' in stream;
}

function isTerminalOutput(stream: unknown): stream is NodeJS.WriteStream {
  return typeof stream === 'object' && stream !== null && 'getWindowSize' in stream;
}
