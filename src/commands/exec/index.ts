import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { defineCommand } from '../command.ts';
import { findBox } from '../find-box.ts';
import { requireFacet } from '../require-facet.ts';
import { identifierShape, seconds } from '../settings.ts';
import { arrangeSsh } from '../ssh-access.ts';
import { unreachable } from '../unreachable.ts';
import { execOverSsh } from './over-ssh.ts';

export const exec = defineCommand({
  name: 'exec',
  changes: true,
  summary: 'run one command on a box',
  examples: [
    'devbox command=exec instance_identifier=devbox -- uname -a',
    "devbox exec devbox -- sh -c 'echo hi > ~/f'",
    'tar c . | devbox exec devbox -- tar x -C workspace',
  ],
  positionals: ['instance_identifier'],
  rest: 'argv',
  shape: {
    ...identifierShape,
    argv: z.array(z.string()).check(z.describe('the command and its arguments; the words after --')),
    timeout: z.nullable(seconds).check(z.describe('seconds until it is stopped; null lets it run')),
  },
  async run({ instance_identifier, argv, timeout, ssh }, deps) {
    if (argv.length === 0) throw noCommand(instance_identifier);
    const { box, provider } = await findBox(instance_identifier, deps);
    const { context } = deps;
    await deps.releaseTerminal();
    switch (box.reach.kind) {
      case 'server': {
        const streams = {
          stdin: context.stdin.stream,
          stdout: context.stdout.stream,
          stderr: context.stderr.stream,
        };
        const access = requireFacet(provider, 'server').access(box);
        return { exit: await access.exec({ argv, timeoutSeconds: timeout }, streams) };
      }
      case 'ssh': {
        const access = await arrangeSsh(box, box.reach, ssh, context);
        return { exit: await execOverSsh(access.argv, argv, timeout, context, deps.job !== null) };
      }
      case 'none':
        throw unreachable(box.name ?? box.id, box.reach.why);
    }
  },
});

function noCommand(identifier: string): DevboxError {
  return new DevboxError('usage', 'there is no command to run', {
    code: 'exec/no-command',
    title: 'Usage Error',
    hint: `Put it after --, for example: devbox exec ${identifier} -- uname -a`,
  });
}
