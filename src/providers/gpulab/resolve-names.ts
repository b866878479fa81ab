import type { Clock } from '../../base/clock.ts';
import { DevboxError } from '../../base/errors.ts';
import { findNamed } from '../../server/deploy/find-named.ts';
import { ApiProblem } from '../../server/problem.ts';
import type { Connection } from './connection.ts';
import type { ServerLaunch } from './launch-settings.ts';
import { templatesOf } from './templates.ts';
import { volumesOn } from './volumes.ts';

/**
 * The settings of a launch with ids in the place of names. A server of ours finds what a name means by itself; the
 * published API wants the ids of template and volume, and whether the box has a GPU.
 * @throws DevboxError of kind `usage` where a name means nothing, or several things.
 */
export async function resolveNames(
  connection: Connection,
  settings: ServerLaunch,
  clock: Clock,
  signal: AbortSignal,
): Promise<ServerLaunch> {
  if (connection.capabilities) return settings;
  const connect = async (): Promise<Connection> => connection;
  const { list, get } = templatesOf(connect);
  const template = await means('template', settings.template, list, get);
  const volumes = volumesOn(connect, clock, signal);
  const volume = await means('volume', settings.volume, volumes.list, volumes.get);
  return {
    ...settings,
    template: template?.id ?? null,
    volume: volume?.id ?? null,
    type:
      settings.type ??
      (settings.gpu_type === null && template?.type === 'cpu' ? 'CPU' : template ? 'GPU' : null),
  };
}

/** The thing that a text means, of those that are listed; one that is not may still be there under its id. */
async function means<T extends { readonly id: string; readonly name: string }>(
  what: 'template' | 'volume',
  text: string | null,
  list: () => Promise<readonly T[]>,
  get: (id: string) => Promise<T>,
): Promise<T | null> {
  if (text === null) return null;
  try {
    return findNamed(text, await list(), what, what);
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const hidden = /^[\w-]{8,}$/.test(text) ? await get(text).catch(() => null) : null;
    if (hidden?.id === text) return hidden;
    throw new DevboxError('usage', error.message, {
      code: `gpulab/${what}-not-found`,
      title: 'Configuration Error',
      hint: `See what there is: devbox ${what}s`,
    });
  }
}
