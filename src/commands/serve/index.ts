import { join } from 'node:path';
import { DevboxError } from '../../base/errors.ts';
import { count } from '../../base/text.ts';
import { ApiKeys } from '../../server/auth/keys.ts';
import { type Text, token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';
import { defineCommand } from '../command.ts';
import { type ServeSettings, serverArguments, serveShape } from './settings.ts';
import { type RunningServer, startServer } from './start.ts';
import { serverState } from './state.ts';

export const serve = defineCommand({
  name: 'serve',
  summary: 'offer boxes of this machine to others, behind GPULab’s API',
  examples: [
    'devbox serve',
    'devbox serve host=0.0.0.0 tls_cert=cert.pem tls_key=key.pem',
    'devbox serve socket=/run/user/1000/boxes.sock',
  ],
  positionals: [],
  shape: serveShape,
  async run(settings, deps) {
    if (deps.job !== null) throw standsAlone();
    const { context } = deps;
    const state = serverState(settings.state_dir, context);
    const words = [
      ...['--state', state, '--homes', join(state, 'homes'), '--version', context.version],
      ...['--engine', settings.engine],
      ...(settings.exec_rate === null ? [] : ['--exec-rate', String(settings.exec_rate)]),
      ...['--request-log', '--attended'],
      ...(await serverArguments(settings, context.cwd)),
    ];
    const keys = settings.socket === null ? (await new ApiKeys(state).list()).length : null;
    const server = await startServer(words, context);
    await deps.show(view(server, settings, state, keys));
    await deps.releaseTerminal();
    return { exit: await server.ended };
  },
});

/** @param keys how many API keys there are; null where nobody needs one. */
function view({ ready }: RunningServer, settings: ServeSettings, state: string, keys: number | null): View {
  const needsKey: Text[] =
    keys === 0 && !settings.insecure
      ? [['Nobody can come in yet: ', token('command', 'devbox serve keys add NAME')]]
      : [];
  const open: Text[] =
    keys === 0 && settings.insecure
      ? [
          [
            'Anyone who reaches it may use it, until there is a key: ',
            token('command', 'devbox serve keys add NAME'),
          ],
        ]
      : [];
  return {
    cards: [
      {
        title: 'devbox serve',
        rows: [
          { label: 'URL', value: ready.url },
          { label: 'Engine', value: ready.engine },
          { label: 'Boxes', value: String(ready.boxes) },
          { label: 'API Keys', value: keys === null ? 'not needed' : count(keys, 'key') },
          { label: 'State', value: [token('path', state)] },
        ],
      },
    ],
    footer: [
      ...needsKey,
      ...open,
      ['Use it: ', token('command', `devbox ls api=gpulab api.base_url=${ready.url}`)],
      'Ctrl-C ends the server; the boxes stay.',
    ],
    json: { ...ready, state, keys },
    quiet: [ready.url],
  };
}

function standsAlone(): DevboxError {
  return new DevboxError('usage', 'serve goes on until it is told to stop, so it is no job of a multirun', {
    code: 'serve/in-multirun',
    title: 'Usage Error',
  });
}
