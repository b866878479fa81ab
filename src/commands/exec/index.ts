import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { accessTo } from '../access.ts';
import { defineCommand } from '../command.ts';
import { findBox } from '../find-box.ts';
import { identifierShape, seconds } from '../settings.ts';
import { openShell } from '../shell.ts';
import { execForJson } from './for-json.ts';

export const exec = defineCommand({
  name: 'exec',
  changes: true,
  summary: 'run one command on a box',
  examples: [
    'devbox command=exec instance_identifier=devbox -- uname -a',
    "devbox exec devbox -- sh -c 'echo hi > ~/f'",
    'tar c . | devbox exec devbox -- tar x -C workspace',
    'devbox exec devbox --timeout 60 --json -- python train.py',
    'devbox exec devbox --interactive',
  ],
  positionals: ['instance_identifier'],
  rest: 'argv',
  shape: {
    ...identifierShape,
    argv: z.array(z.string()).check(z.describe('the command and its arguments; the words after --')),
    timeout: z
      .nullable(seconds)
      .check(
        z.describe('seconds until it is killed; null lets it run, or takes the 30 s of a GPULab server'),
      ),
    interactive: z.boolean().check(z.describe('open a shell on the terminal instead, as devbox ssh does')),
  },
  async run({ instance_identifier, argv, timeout, interactive, ssh }, deps) {
    if (interactive) return openShell(instance_identifier, argv, ssh, deps);
    if (argv.length === 0) throw noCommand(instance_identifier);
    const access = await accessTo(await findBox(instance_identifier, deps), ssh, deps);
    const request = { argv, timeoutSeconds: timeout };
    const { stdin, stdout, stderr } = deps.context;
    if (deps.mode === 'json') return execForJson(access, request, stdin.stream);
    await deps.releaseTerminal();
    const streams = { stdin: stdin.stream, stdout: stdout.stream, stderr: stderr.stream };
    return { exit: await access.exec(request, streams) };
  },
});

function noCommand(identifier: string): DevboxError {
  return new DevboxError('usage', 'there is no command to run', {
    code: 'exec/no-command',
    title: 'Usage Error',
    hint: `Put it after --, for example: devbox exec ${identifier} -- uname -a`,
  });
}
