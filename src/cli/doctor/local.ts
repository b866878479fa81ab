import { execFile } from 'node:child_process';
import type { Context } from '../../base/context.ts';
import { DevboxError } from '../../base/errors.ts';
import { findOnPath } from '../../base/find-program.ts';
import { unixHttp } from '../../base/unix-http.ts';
import { findSocket, placesIn } from '../../providers/local/places.ts';
import type { LocalApi } from '../../providers/local/schema.ts';
import { endpointsIn, formatEndpoint } from '../../server/engine/docker/endpoint.ts';
import { isRunning } from '../../server/identity.ts';
import { readHolder } from '../../server/lock.ts';
import { type Finding, ok, problem, tried, warning } from './finding.ts';

/** What boxes on this machine need. No server is started. */
export async function checkLocal({ engine }: LocalApi, context: Context): Promise<Finding[]> {
  return [
    ...(await tried('server', 'Server', () => server(engine, context))),
    ...(engine === 'docker'
      ? await tried('engine', 'Engine', () => containerEngine(context))
      : [ok('engine', 'Engine', 'processes of yours'), await isolation(context)]),
  ];
}

async function server(engine: LocalApi['engine'], context: Context): Promise<Finding> {
  const places = placesIn(context.paths, engine);
  const holder = await readHolder(places.lock);
  if (!holder || !(await isRunning(holder))) {
    return ok('server', 'Server', 'does not run; it is started when it is needed');
  }
  const http = unixHttp(await findSocket(places), `devbox/${context.version}`);
  try {
    const { status } = await http({
      method: 'GET',
      url: 'http://localhost/v1/capabilities',
      timeoutSeconds: 10,
    });
    if (status === 200) return ok('server', 'Server', `runs as process ${holder.pid}`);
  } catch (error) {
    if (error instanceof DevboxError) throw error;
  }
  const found = `process ${holder.pid} runs and does not answer`;
  return problem(
    'server',
    'Server',
    found,
    `Look at ${places.log}, and end it: kill ${holder.pid} (boxes stay)`,
  );
}

async function containerEngine(context: Context): Promise<Finding> {
  const { env, paths } = context;
  const remedy = 'Start Docker or Podman, or take api.engine=process';
  const endpoints = await endpointsIn({ env, home: paths.home, uid: process.getuid?.() ?? 0 }).catch(
    (error: unknown) => {
      throw new DevboxError('failed', error instanceof Error ? error.message : String(error), {
        code: 'doctor/docker-host',
        hint: 'Set DOCKER_HOST right, or unset it.',
      });
    },
  );
  for (const endpoint of endpoints) {
    if (endpoint.kind === 'tcp') return ok('engine', 'Engine', `${formatEndpoint(endpoint)}, not tried`);
    const http = unixHttp(endpoint.path, `devbox/${context.version}`);
    const answer = await http({ method: 'GET', url: 'http://localhost/_ping', timeoutSeconds: 5 }).catch(
      () => undefined,
    );
    if (answer?.status === 200) return ok('engine', 'Engine', `answers at ${formatEndpoint(endpoint)}`);
  }
  return problem('engine', 'Engine', 'no container engine answers', remedy);
}

/** Whether boxes can be kept from the rest of the machine. */
async function isolation({ env }: Context): Promise<Finding> {
  const label = 'Isolation';
  if (process.platform !== 'linux') return ok('isolation', label, 'none: bubblewrap is for Linux');
  const program = await findOnPath('bwrap', env);
  const open = 'boxes are not kept from your files';
  if (program === undefined) {
    return warning(
      'isolation',
      label,
      `bubblewrap is not installed: ${open}`,
      'sudo apt-get install bubblewrap',
    );
  }
  const trial = ['--unshare-user', '--unshare-pid', '--ro-bind', '/', '/', '--proc', '/proc', 'true'];
  const said = await new Promise<string | null>((resolve) => {
    execFile(program, trial, { timeout: 5000 }, (error, _stdout, stderr) =>
      resolve(error ? stderr.trim() || error.message : null),
    );
  });
  if (said === null) return ok('isolation', label, 'bubblewrap works');
  const remedy = 'The kernel has to allow user namespaces: sysctl kernel.unprivileged_userns_clone=1';
  return warning('isolation', label, `bubblewrap does not work here (${said}): ${open}`, remedy);
}
