import { cleanLine } from '../../base/text.ts';
import type { Box, Phase, ProviderName, Reach } from '../provider.ts';
import type { Container } from './wire.ts';

/** A container as a box. */
export function toBox(container: Container, provider: ProviderName): Box {
  const phase = phaseOf(container.status);
  const own = container.devbox;
  const extra: [string, string | null | undefined][] = [
    // Some servers say 0s of a box that does not run.
    ['Uptime', phase === 'ready' ? container.uptime : null],
    ['Ports', container.opened_ports],
    ['URLs', container.public_urls],
    ['Memory', container.memory ? `${container.memory} GB` : null],
    ['Home', own?.home],
    ['Workspace', own?.workspace],
    ['Isolation', own?.isolation],
    [
      'Tags',
      own?.tags
        ? Object.entries(own.tags)
            .map((pair) => pair.join('='))
            .join(', ')
        : null,
    ],
  ];
  return {
    id: cleanLine(container.uuid, 100),
    name: container.server_name ? cleanLine(container.server_name, 200) : null,
    provider,
    status: cleanLine(container.status, 60),
    phase,
    address: null,
    region: null,
    type: gpuName(container),
    priceCentsPerHour: null,
    createdAt: container.created_at ? cleanLine(container.created_at, 60) : null,
    reach: reachIn(phase, cleanLine(container.status, 60)),
    filesystems: [],
    sshKeys: [],
    extra: extra.flatMap(([label, value]) => (value ? [{ label, value: cleanLine(value) }] : [])),
  };
}

/** GPULab's status words, and what they mean for what can be done. A word not known may still become usable. */
export function phaseOf(status: string): Phase {
  switch (status.toLowerCase()) {
    case 'running':
    case 'healthy':
    case 'unhealthy':
      return 'ready';
    case 'stopped':
    case 'paused':
      return 'stopped';
    case 'failed':
    case 'timeout':
      return 'failed';
    case 'deleting':
      return 'ending';
    default:
      return 'pending';
  }
}

function reachIn(phase: Phase, status: string): Reach {
  return phase === 'ready' ? { kind: 'server' } : { kind: 'none', why: `it is ${status}` };
}

function gpuName({ gpus, type }: Container): string | null {
  const kinds = (gpus ?? []).flatMap(({ type: gpu }) => {
    const name = typeof gpu === 'object' && gpu !== null && 'gpu_name' in gpu ? gpu.gpu_name : gpu;
    return typeof name === 'string' ? [cleanLine(name, 80)] : [];
  });
  if (kinds.length > 0) return kinds.length > 1 ? `${kinds.length}x ${kinds[0]}` : (kinds[0] ?? null);
  return type && type !== 'CPU' ? cleanLine(type, 80) : null;
}
