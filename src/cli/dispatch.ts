import type { Context } from '../base/context.ts';
import { DevboxError } from '../base/errors.ts';
import { ofLease } from '../commands/ask-providers.ts';
import type { Command, CommandDeps } from '../commands/command.ts';
import { apiSettingsOf } from '../commands/leased.ts';
import { exitOf, type Outcome } from '../commands/outcome.ts';
import { loadCommand } from '../commands/table.ts';
import type { Composition } from '../compose/index.ts';
import { composeConfig } from '../config/compose.ts';
import { prepare } from '../config/prepare.ts';
import { type ApiSettings, drawLeaseId } from '../leases/lease.ts';
import { openProvider } from '../providers/registry.ts';
import type { RunFacts } from '../runs/record.ts';
import { apiOverrides, isApiExplicit, withApi } from './choose-api.ts';
import { leasesOf } from './lease-store.ts';
import { type Line, type LiveOutput, modeOf } from './line.ts';
import { shownError } from './shown-error.ts';

/** One call of a command, composed but not yet validated. */
export interface Call extends Line {
  readonly composition: Composition;
}

/**
 * Runs the command that a composition names, against the provider that it names, or that devbox chooses where nobody
 * named one.
 */
export async function dispatch(call: Call, context: Context, renderer: LiveOutput): Promise<Outcome> {
  const command = await commandOf(call.composition);
  const leases = leasesOf(call.composition, call.source, context, call.rest !== undefined);
  const recompose = (api: string, overrides: readonly string[], settings: ApiSettings = {}): Composition =>
    composeConfig(
      call.source,
      [...overrides, `api=${api}`, ...apiOverrides(settings)],
      context,
      call.job?.number,
    );
  const { composition, lease } = await withApi({
    ...call,
    recompose: (api, settings) => recompose(api, call.overrides, settings),
    leases,
    context,
  });

  const prepareTrusted = (from: Composition) => {
    call.source.guard?.check(from, call.rest !== undefined);
    return prepare(from, command, call.rest, context);
  };
  const prepared = prepareTrusted(composition);
  const open = ({ common }: typeof prepared) =>
    openProvider(common.api, context, {
      emit: renderer.emit,
      ...(call.job ? { shared: call.job.shared } : {}),
    });
  const runId = drawLeaseId(context.random);
  const deps: CommandDeps = {
    context,
    emit: renderer.emit,
    apiOption: composition.choices['api'] ?? 'default',
    apiSettings: apiSettingsOf(prepared.common.api),
    apiIsExplicit: isApiExplicit(call.overrides),
    provider: async () => {
      const provider = await open(prepared);
      return lease === null ? provider : ofLease(provider, lease, deps);
    },
    providerOf: async (api, settings) => {
      // Settings under `api` were meant for the configured provider; another one may not even have them.
      const own = call.overrides.filter((override) => !isAbout('api', override));
      try {
        return await open(prepareTrusted(recompose(api, own, settings)));
      } catch (error) {
        // An option of another project, say, is one provider that cannot be asked.
        throw shownError(error, context);
      }
    },
    leases,
    directory: call.source.project?.directory ?? context.cwd,
    show: (view) => renderer.show(view),
    append: (lines) => renderer.append(lines),
    replace: (view) => renderer.replace(view),
    mode: modeOf(call.flags),
    releaseTerminal: () => renderer.release(),
    interactive: call.interactive,
    job: call.job ?? null,
    runId,
  };
  const running = prepared.run(deps);
  if (command.changes) {
    const { api } = prepared.common;
    const secrets = [...call.secrets, ...('api_key' in api && api.api_key !== null ? [api.api_key] : [])];
    call.background.add(record({ id: runId, command: command.name, secrets }, running, call, context));
  }
  return running;
}

/** Writes a run down; whatever goes wrong with that changes nothing for the run. */
async function record(
  about: Pick<RunFacts, 'id' | 'command' | 'secrets'>,
  running: Promise<Outcome>,
  { overrides, rest, flags }: Call,
  context: Context,
): Promise<void> {
  // How the other jobs of a multirun were made is no part of this one.
  const own = overrides.filter((override) => !/^[+~]*hydra\.(?:launcher|sweeper)\b/.test(override));
  const ended = running.then(
    (outcome) => ({ exit: exitOf(outcome), boxes: outcome.view?.quiet ?? [] }),
    (error: unknown) => ({ exit: exitOf({ error: shownError(error, context) }), boxes: [] }),
  );
  try {
    const { recordRun } = await import('../runs/record.ts');
    await recordRun({ ...about, overrides: own, rest, ...flags }, ended, context);
  } catch (error) {
    if (context.env['DEVBOX_DEBUG'])
      context.stderr.stream.write(`The run could not be recorded: ${String(error)}\n`);
  }
}

async function commandOf(composition: Composition): Promise<Command> {
  const name = composition.config['command'];
  const command = typeof name === 'string' ? await loadCommand(name.replaceAll('-', '_')) : undefined;
  if (command) return command;
  throw new DevboxError(
    'usage',
    typeof name === 'string' ? `the configuration names ${name}, which is no command` : 'no command is named',
    {
      code: 'usage/no-command',
      title: 'Usage Error',
      hint: 'Write devbox command=NAME or devbox NAME. devbox --help shows them all.',
    },
  );
}

/** Whether an override chooses the group or changes something under it. */
function isAbout(group: string, override: string): boolean {
  return /^(?:\+{1,2}|~)?([^.=]+)/.exec(override)?.[1] === group;
}
