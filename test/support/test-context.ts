import { PassThrough } from 'node:stream';
import { systemClock } from '../../src/base/clock.ts';
import type { Context } from '../../src/base/context.ts';

/** A context with streams that nobody looks at, and directories below `root` that are not made. */
export function testContext(root: string, part: Partial<Context> = {}): Context {
  const output = { stream: new PassThrough(), isTTY: false, columns: 80 };
  const at = (folder: string): string => `${root}/${folder}`;
  return {
    stdin: { stream: new PassThrough(), isTTY: false },
    stdout: output,
    stderr: output,
    env: {},
    cwd: root,
    paths: {
      home: root,
      config: at('config'),
      state: at('state'),
      data: at('data'),
      runtime: at('run'),
      package: at('package'),
    },
    clock: systemClock,
    random: () => 0.5,
    signal: new AbortController().signal,
    unanswered: new Set(),
    user: { name: 'ada', host: 'here' },
    version: '0.0.0',
    ...part,
  };
}
