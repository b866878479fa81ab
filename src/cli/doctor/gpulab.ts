import * as z from 'zod/mini';
import type { GpulabApi } from '../../providers/gpulab/schema.ts';
import { capabilitiesSchema } from '../../providers/gpulab/wire.ts';
import type { Provider } from '../../providers/provider.ts';
import { type Finding, ok, problem, tried, warning } from './finding.ts';
import { clockFinding, type Heard } from './read-only.ts';

/** What a server with GPULab's API says. */
export async function checkGpulab(
  provider: Provider,
  api: GpulabApi,
  gpuType: string | null,
  heard: Heard,
): Promise<Finding[]> {
  const url = api.base_url;
  const key = await tried('key', 'Key', async () => {
    const used = provider.keys?.used() ?? null;
    return used === null ? [] : [ok('key', 'Key', `from ${used.source}`)];
  });
  const account = await tried('connection', 'Connection', async () => {
    const read = await provider.whoami?.read();
    const who = read?.email ?? read?.name ?? null;
    return [ok('connection', 'Connection', `works${who === null ? '' : `, as ${who}`}`)];
  });
  const works = account.every((finding) => finding.class === 'ok');
  return [
    ok('server', 'Server', url),
    encryption(url, works),
    ...key,
    ...account,
    ...clockFinding(heard.skewSeconds()),
    ...(works ? [abilities(heard), ...(await tried('gpus', 'GPUs', () => gpus(provider, gpuType)))] : []),
  ];
}

function encryption(url: string, works: boolean): Finding {
  if (url.startsWith('unix:')) return ok('tls', 'TLS', 'not needed: a socket of this machine');
  if (url.startsWith('https:')) {
    return ok('tls', 'TLS', works ? 'the certificate is valid' : 'asked for');
  }
  const { hostname } = new URL(url);
  if (/^(localhost|127\.|\[::1\])/.test(hostname)) return ok('tls', 'TLS', 'not needed on this machine');
  return warning('tls', 'TLS', 'the key travels unencrypted', 'Use an address that begins with https://');
}

/** What the server said of itself when it was met. */
function abilities({ answers }: Heard): Finding {
  const [, answer] = [...answers].find(([url]) => url.endsWith('/v1/capabilities')) ?? [];
  const said = z.safeParse(
    capabilitiesSchema,
    answer && answer.status < 300 ? parse(answer.text) : undefined,
  );
  if (!said.success) return ok('capabilities', 'Server Kind', "GPULab's API and no more");
  const { server, version, extensions } = said.data;
  return ok('capabilities', 'Server Kind', `${server} ${version}: ${extensions.join(', ')}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function gpus({ gpus: facet }: Provider, wanted: string | null): Promise<Finding[]> {
  if (!facet) return [];
  const [types, free] = [await facet.types(), await facet.available()];
  const names = free.map(({ name }) => name);
  if (wanted !== null && !types.some(({ name }) => name === wanted)) {
    return [problem('gpus', 'GPUs', `there is no ${wanted}`, 'devbox gpus types shows what there is')];
  }
  if (wanted !== null && !names.includes(wanted)) {
    return [warning('gpus', 'GPUs', `no ${wanted} is free now`, 'devbox gpus shows what is free')];
  }
  if (types.length === 0) return [ok('gpus', 'GPUs', 'none: boxes have CPUs only')];
  if (free.length === 0)
    return [warning('gpus', 'GPUs', 'none is free now', 'devbox gpus shows when one is')];
  return [ok('gpus', 'GPUs', `free: ${names.join(', ')}`)];
}
