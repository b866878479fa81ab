import { randomBytes } from 'node:crypto';
import { ApiProblem } from '../../problem.ts';
import type { ShellSource } from '../../terminal/shell.ts';
import type { EngineClient } from './client.ts';
import { hangUpWords, shellWords, terminalVariable } from './scripts.ts';
import { makeExec } from './started.ts';

/** Makes a login shell in a container, to be started by the process that holds its terminal. */
export async function makeShell(client: EngineClient, container: string): Promise<ShellSource> {
  const { endpoint } = client;
  if (endpoint.kind === 'tcp' && endpoint.tls) {
    throw new ApiProblem(
      501,
      'no-terminal',
      'there are no terminals with an engine that is reached over TLS',
    );
  }
  const mark = randomBytes(12).toString('hex');
  const env = ['TERM=xterm-256color', `${terminalVariable}=${mark}`];
  const exec = await makeExec(client, { container, argv: shellWords, tty: true, env });
  return {
    kind: 'docker',
    engine:
      endpoint.kind === 'unix' ? { socketPath: endpoint.path } : { host: endpoint.host, port: endpoint.port },
    exec: exec.id,
    hangUp: { container, argv: hangUpWords(mark) },
  };
}
