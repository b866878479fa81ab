import type { Context } from '../../base/context.ts';
import type { Command } from '../../commands/command.ts';
import { commandNames, loadCommand } from '../../commands/table.ts';
import {
  ComposeError,
  type Composition,
  inspectConfig,
  type PlainObject,
  type PlainValue,
} from '../../compose/index.ts';
import { providerNames } from '../../leases/provider-name.ts';
import { type ConfigSource, composeConfig } from '../compose.ts';
import { problemsIn } from '../prepare.ts';
import type { Problem } from '../problems.ts';
import { groupOf, isJobGroup } from './files.ts';
import { errorFinding, type Finding, fileFinding, type Job, problemFinding } from './finding.ts';

/** What composing one option showed. */
export interface Trial {
  readonly findings: readonly Finding[];
  /** The files that it was made from, absolute. */
  readonly reached: readonly string[];
  /** Set where the composition names no command. */
  readonly isPart: boolean;
}

/** One option, and how the engine is told to take it. */
export interface Option {
  /** `GROUP=OPTION`, as people write it. */
  readonly label: string;
  /** Absolute. */
  readonly file: string;
  /** Path of the file in its tree, without extension. */
  readonly config: string;
  readonly overrides: readonly string[];
}

interface Tried {
  readonly composition: Composition | undefined;
  readonly findings: readonly Finding[];
}

/**
 * Composes an option and holds the result against its schemas. Values that nobody has set are left open, and so are
 * those that come from the environment.
 */
export async function tryOption(option: Option, source: ConfigSource, context: Context): Promise<Trial> {
  const job: Job = { ...option, source };
  const { composition, findings } = composed(option.overrides, job, source, context);
  if (composition === undefined) {
    const own = await alone(option, job, source, context);
    return { findings: [...findings, ...own], reached: [], isPart: false };
  }
  const reached = composition.defaults.map(({ file }) => file);
  const name = composition.config['command'];
  if (name === undefined || name === null) return { findings, reached, isPart: true };
  const command = typeof name === 'string' ? await loadCommand(name.replaceAll('-', '_')) : undefined;
  if (command === undefined) {
    const problem: Problem = {
      key: 'command',
      origin: composition.originOf('command'),
      message: `command is ${JSON.stringify(name)}, which is no command`,
      details: [],
      hint: 'devbox --help shows the commands.',
    };
    return { findings: [...findings, problemFinding(problem, job)], reached, isPart: false };
  }
  return { findings: [...findings, ...held(composition, command, job, context)], reached, isPart: false };
}

/** What is wrong with the settings of a file by itself, where the whole that it belongs to cannot be composed. */
async function alone(
  { file, config }: { readonly file: string; readonly config: string },
  job: Job,
  source: ConfigSource,
  context: Context,
): Promise<Finding[]> {
  const { content } = inspectConfig(source.trees, file, config);
  if (content === null) return [];
  const isWhole = isJobGroup(groupOf(config));
  const named = content.config['command'];
  const name = typeof named === 'string' ? named : isWhole ? commandBehind(config) : 'up';
  const command = name === undefined ? undefined : await loadCommand(name);
  if (command === undefined) return [];
  const { api = {} } = content.config;
  const [provider] = providerNames;
  const isProviderKnown = isPlainObject(api) && Object.hasOwn(api, 'provider');
  const resolve: typeof content.resolve = (excuse) => {
    const resolved = content.resolve(excuse);
    return isProviderKnown ? resolved : { ...resolved, api: { provider: provider ?? '' } };
  };
  const problems = problemsIn({ ...content, resolve }, command, () => undefined, outsideNothing(context));
  return problems
    .filter((problem) => problem.origin !== undefined && problem.missing === undefined)
    .map((problem) => problemFinding(problem, job));
}

const isPlainObject = (value: PlainValue): value is PlainObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The command that an option is called after: `up` of `command/up_train`. */
function commandBehind(config: string): string | undefined {
  const option = config.slice(config.lastIndexOf('/') + 1);
  const names = commandNames.filter((name) => option === name || option.startsWith(`${name}_`));
  return names.sort((a, b) => b.length - a.length)[0];
}

/** The overrides of a project may be wrong too: then the option is tried once more without them. */
function composed(overrides: readonly string[], job: Job, source: ConfigSource, context: Context): Tried {
  const findings: Finding[] = [];
  let given = overrides;
  let from = source;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    try {
      return { composition: composeConfig(from, given, outsideNothing(context)), findings };
    } catch (error) {
      if (!(error instanceof ComposeError)) throw error;
      const choice = openChoice(error);
      const { origin } = error;
      if (choice !== undefined) given = [...given, choice];
      else if (isUnknowable(error)) break;
      else {
        findings.push(errorFinding(error, { ...job, source: from }));
        const { project } = from;
        if (origin?.kind !== 'override' || origin.index >= (project?.overrides.length ?? 0)) break;
        from = { ...from, project: undefined };
      }
    }
  }
  return { composition: undefined, findings };
}

/** More than this many open groups are not filled in. */
const maxAttempts = 10;

/** A group whose option is left open is tried with its first one. */
function openChoice({ code, path, candidates }: ComposeError): string | undefined {
  const [first] = candidates ?? [];
  return code === 'option/required' && path !== undefined && first !== undefined
    ? `${path}=${quoted(first)}`
    : undefined;
}

function isUnknowable({ code, message }: ComposeError): boolean {
  return code === 'option/required' || (code === 'defaults/interpolation' && message.includes('oc.env:'));
}

function held(composition: Composition, command: Command, job: Job, context: Context): Finding[] {
  const findings: Finding[] = [];
  const excuse = (error: ComposeError): void => {
    if (!unsetCodes.has(error.code)) findings.push(errorFinding(error, job));
  };
  const problems = problemsIn(composition, command, excuse, outsideNothing(context));
  return [
    ...findings,
    ...problems.filter((problem) => !isOpen(problem, command)).map((problem) => problemFinding(problem, job)),
  ];
}

const unsetCodes: ReadonlySet<string> = new Set(['interpolation/missing', 'interpolation/env']);

/** What only a launch needs may be null in a preset too. */
function isOpen({ missing, key }: Problem, command: Command): boolean {
  return missing === 'unset' || (missing === 'null' && Object.hasOwn(command.shape, key));
}

/** The same result everywhere, and no secret in a message: what the environment would say is left open. */
function outsideNothing(context: Context): Context {
  return { ...context, env: {} };
}

/** An option's name as the value of an override, whatever characters it has. */
export function quoted(name: string): string {
  return `'${name.replaceAll("'", "\\'")}'`;
}

/** The finding for an option of the group `command` that is neither a job nor a part of one. */
export function noCommand(file: string, label: string): Finding {
  return {
    ...fileFinding(file, 'config/no-command', 'it names no command, and nothing is made from it', null),
    job: label,
    hint: 'Start it from a command: a defaults list with - up, for example.',
  };
}
