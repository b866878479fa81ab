import * as z from 'zod/mini';
import { once } from '../../base/once.ts';
import { shellLine } from '../../base/shell.ts';
import { notForOthers } from '../aws/launch-settings.ts';
import { foreignSetting, needed } from '../setting-schemas.ts';

/** Largest memory that a box can ask for, in GB: more than any machine has, so a number of bytes is noticed. */
const maxMemoryGb = 65_536;

const named = (what: string) => z._default(z.nullable(needed(what)), null);

const portLike = z.union([z.int(), z.string()]);

/** One port, a text of several, or a list of them. */
const ports = z
  .union([z.array(portLike), portLike], { error: 'must be a list of ports, such as [8080,9000-9010]' })
  .check((context) => {
    const list = Array.isArray(context.value);
    for (const [index, entry] of [context.value].flat().entries()) {
      const problem = portProblem(String(entry));
      if (problem === undefined) continue;
      context.issues.push({ code: 'custom', message: problem, input: entry, path: list ? [index] : [] });
    }
  });

/** The settings of a launch on a server with GPULab's API. Whatever is null is left to the template or the server. */
export const serverLaunchShape = {
  gpu_type: named('a type of GPU').check(
    z.describe(
      'type of GPU, or a part of its name; null makes a box without one unless its template has one',
    ),
  ),
  template: named('a template').check(z.describe('template to deploy, by id or name')),
  image: named('an image').check(z.describe('image to run, instead of the template’s')),
  type: z
    ._default(z.nullable(z.enum(['GPU', 'CPU'], { error: 'must be GPU or CPU' })), null)
    .check(z.describe('GPU or CPU; null follows from the other settings')),
  ports: z._default(z.nullable(ports), null).check(z.describe('ports to open: [8080,9000-9010]')),
  env: z
    ._default(
      z.record(
        z.string().check(
          z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
            error: 'is no name of a variable: letters, digits and _, no digit first',
          }),
        ),
        z.string().check(z.regex(/^[^\0]*$/, { error: 'must not contain the character NUL' })),
      ),
      {},
    )
    .check(z.describe('environment variables of the box: env.KEY=VALUE')),
  volume: named('a volume').check(z.describe('network volume to mount, by id or name')),
  mount_path: z
    ._default(
      z.nullable(
        z.string().check(
          z.regex(/^\/[^\0]*[^/\0]/, {
            error: 'must be an absolute path other than /, such as /workspace',
          }),
        ),
      ),
      null,
    )
    .check(z.describe('where the volume is mounted in the box')),
  memory: z
    ._default(
      z.nullable(
        z
          .int({ error: 'must be a whole number of GB' })
          .check(
            z.minimum(1, { error: 'must be at least 1 GB' }),
            z.maximum(maxMemoryGb, { error: `must be at most ${maxMemoryGb} GB` }),
          ),
      ),
      null,
    )
    .check(z.describe('memory of the box, in GB')),
  startup_command: z
    ._default(
      z.nullable(
        z
          .union([z.string(), z.array(z.string())], {
            error: 'must be a command line, or a list of its words',
          })
          .check(
            z.refine((value) => !String(value).includes('\0'), {
              error: 'must not contain the character NUL',
            }),
            // It would be looked for as a program of that name, and not be found.
            z.refine((value) => !(Array.isArray(value) && value.length === 1 && /\s/.test(value[0] ?? '')), {
              error:
                'must be several words, as in -- python train.py, or a line for sh: startup_command=LINE',
            }),
          ),
      ),
      null,
    )
    .check(z.describe('what the box runs: a line for sh, or the words of a command')),
  pull_policy: z
    ._default(
      z.nullable(z.enum(['cached', 'latest', 'digest'], { error: 'must be cached, latest or digest' })),
      null,
    )
    .check(z.describe('which image is taken: the cached one, the latest, or exactly the digest')),
};

const notHere = foreignSetting('it is for the machines of api=lambda and api=aws');

/** What a launch needs of the settings of a command; others are not its business. */
export const serverLaunchSchema = once(() =>
  z.object({
    ...serverLaunchShape,
    ...notForOthers,
    // Whoever sets these relies on them: who gets in, and where files are.
    hostname: notHere,
    filesystem_mounts: notHere,
    firewall_rulesets: notHere,
  }),
);

export type ServerLaunch = Omit<
  z.infer<ReturnType<typeof serverLaunchSchema>>,
  'hostname' | 'filesystem_mounts' | 'firewall_rulesets' | keyof typeof notForOthers
>;

/** GPULab's own keys of the create request. */
export function createKeys(settings: ServerLaunch): Record<string, unknown> {
  const ports = portList(settings.ports);
  const keys = {
    type: settings.type ?? typeFor(settings),
    gpu_type: settings.gpu_type,
    template_uuid: settings.template,
    docker_image: settings.image,
    network_volume_uuid: settings.volume,
    opened_ports: ports.length === 0 ? null : ports.join(','),
    volume_mount_path: settings.mount_path,
    command: commandLine(settings.startup_command),
    memory: settings.memory,
    image_pull_policy: settings.pull_policy ?? 'cached',
  };
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== null));
}

/** A few words on what is asked for: `1 RTX 4090 with template pytorch`. */
export function describeServerLaunch({ gpu_type, template, image }: ServerLaunch): string {
  const from = image ? ` with ${image}` : template ? ` with template ${template}` : '';
  return `a container${gpu_type ? ` with ${gpu_type}` : ''}${gpu_type ? from.replace(' with', ' and') : from}`;
}

/** A template says itself what it needs; without one and without a GPU it is a box without a GPU. */
function typeFor({ gpu_type, template }: ServerLaunch): 'GPU' | 'CPU' | null {
  if (gpu_type !== null) return 'GPU';
  return template === null ? 'CPU' : null;
}

/** The ports and ranges, each once, in the order given. */
function portList(ports: ServerLaunch['ports']): string[] {
  const given = ports === null ? [] : [ports].flat();
  return [...new Set(given.flatMap((entry) => entriesIn(String(entry))))];
}

/** Words become a line in which each reaches the program as it is; a line is left as it is. */
function commandLine(command: ServerLaunch['startup_command']): string | null {
  const line = Array.isArray(command) ? shellLine(command) : (command ?? '');
  return line.trim() === '' ? null : line;
}

/** Ports and ranges of a text. Of `OUTER:INNER/tcp` the inner one counts: which is the outer one, the server chooses. */
const entriesIn = (text: string): string[] =>
  text
    .split(',')
    .map((entry) =>
      entry
        .trim()
        .replace(/^(?:[^:]*:)+(?=\d)/, '')
        .replace(/\/[a-z]+$/i, ''),
    )
    .filter((entry) => entry !== '');

function portProblem(text: string): string | undefined {
  const entries = entriesIn(text);
  if (entries.length === 0) return 'must be a port from 1 to 65535';
  for (const entry of entries) {
    const range = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(entry);
    const first = Number(range?.[1]);
    const last = Number(range?.[2] ?? first);
    if (!range || first < 1 || last > 65_535)
      return 'must be a port from 1 to 65535 or a range such as 9000-9010';
    if (last < first) return `must be a range that goes upwards: ${last}-${first}`;
  }
  return undefined;
}
