import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { AwsConnection } from '../base/aws/connection.ts';
import { capturedStream } from '../base/captured.ts';
import { systemClock } from '../base/clock.ts';
import type { Context } from '../base/context.ts';
import { interrupted } from '../base/errors.ts';
import { findPaths } from '../cli/context.ts';
import { run } from '../cli/run.ts';
import { reaperParameters } from '../lifecycle/deployment.ts';
import type { Work } from './entry.ts';

/** Bytes of a report that are kept. */
const longestReport = 100_000;

/** Exit statuses after which the next time goes on by itself. */
const goesOn: readonly number[] = [0, 130];

/**
 * Ends boxes, of whichever provider, whose leases in the shared table are over: `devbox reap`, in this process, with the
 * keys that the deployment has.
 * @throws an error where something could not be done for another reason than a key that is not here.
 */
export async function reapLeases(table: string, work: Work): Promise<void> {
  const { connection, log, signal, settings } = work;
  const keys = await readKeys(connection, settings.parameterPrefix);
  const [report, said] = [capturedStream(longestReport), capturedStream(longestReport)];
  const context = contextOf(keys, report.stream, said.stream, signal);
  const argv = ['reap', '--json', 'leases.store=dynamodb', `leases.table=${table}`];
  const status = await run(argv, context);
  const [complaint, outcome] = [inOneLine(said.text()), inOneLine(report.text())];
  if (complaint !== '') log.warn(complaint, { leases: table });
  log.info(outcome, { leases: table, status });
  if (goesOn.includes(status) || lacksOnlyKeys(said.text())) return;
  throw new Error(`not all that is over could be ended: devbox reap ended with status ${status}`);
}

/** The keys that are there, as the environment variables by which devbox finds them. */
async function readKeys(
  { settings }: AwsConnection,
  prefix: string,
): Promise<Readonly<Record<string, string>>> {
  const variables = new Map<string, string>(
    Object.entries(reaperParameters).map(([variable, name]) => [`${prefix}/${name}`, variable]),
  );
  const ssm = new SSMClient(settings);
  const { Parameters = [] } = await ssm.send(
    new GetParametersCommand({ Names: [...variables.keys()], WithDecryption: true }),
  );
  return Object.fromEntries(
    Parameters.flatMap(({ Name = '', Value }) => {
      const variable = variables.get(Name);
      return variable === undefined || Value === undefined ? [] : [[variable, Value]];
    }),
  );
}

/** What devbox needs of the world, in a place where only the directory for temporary files can be written to. */
function contextOf(
  keys: Readonly<Record<string, string>>,
  stdout: Context['stdout']['stream'],
  stderr: Context['stderr']['stream'],
  ending: AbortSignal,
): Context {
  const home = join(tmpdir(), 'devbox');
  const env: Context['env'] = { ...process.env, ...keys, HOME: home };
  const signal = new AbortController();
  ending.addEventListener('abort', () => signal.abort(interrupted('The time of this function is over')));
  return {
    stdin: { stream: process.stdin, isTTY: false },
    stdout: { stream: stdout, isTTY: false, columns: 80 },
    stderr: { stream: stderr, isTTY: false, columns: 80 },
    env,
    cwd: tmpdir(),
    // conf/ and presets/ lie in the zip, beside the modules of the functions.
    paths: findPaths(env, join(fileURLToPath(import.meta.url), '../..'), 'linux'),
    clock: systemClock,
    random: Math.random,
    signal: signal.signal,
    unanswered: new Set(),
    user: { name: 'devbox', host: env['AWS_LAMBDA_FUNCTION_NAME'] ?? 'lambda' },
    version: devboxVersion,
  };
}

/** Put in by scripts/functions.mjs. */
declare const devboxVersion: string;

function inOneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}

/** Whether each error tells that there is no key here, which is for somebody else to end then. */
function lacksOnlyKeys(said: string): boolean {
  const codes = [...said.matchAll(/"code":\s*"([^"]+)"/g)].map(([, code = '']) => code);
  return codes.length > 0 && codes.every((code) => code.endsWith('/no-api-key'));
}
