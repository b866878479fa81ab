import { DevboxError } from '../../base/errors.ts';
import { ComposeError, type Composition, listGroups } from '../../compose/index.ts';
import { composeConfig } from '../../config/compose.ts';
import { openFiles } from '../../leases/files/index.ts';
import type { LeaseStore } from '../../leases/store.ts';
import type { SshPlaces } from '../../remote/ssh-target.ts';
import { apiOverrides, isApiExplicit, withApi } from '../choose-api.ts';
import { commandNamesIn } from '../command-names.ts';
import { leasesOf } from '../lease-store.ts';
import type { MetaCall, MetaCommand } from '../meta/meta.ts';
import { toOverrides } from '../words.ts';
import { checkTrees } from './configuration.ts';
import { errorFinding, type Finding, ok, problem, type Section } from './finding.ts';
import { checkLeases, checkSsh } from './machine.ts';
import { checkTarget, hasKey, type Target } from './target.ts';
import { doctorView } from './view.ts';

/**
 * Looks for what would keep devbox from working, and says what to do about it: `devbox doctor`, `devbox doctor gh200` for
 * what a preset of `up` needs, `all=true` for every provider with a key. It changes nothing and only reads.
 */
export const doctor: MetaCommand = {
  summary: 'find what keeps devbox from working: PRESET of up, key=value, all=true',
  async run(call) {
    const words = call.words.filter((word) => !isAll(word));
    const all = call.words.some((word) => isAll(word) && word === 'all=true');
    const overrides = await toOverrides(['up', ...words], [], commandNamesIn(call.source, call.context));
    const sections = await examine(overrides, all, call);
    const isBad = sections.some(({ findings }) => findings.some((finding) => finding.class === 'problem'));
    return { view: doctorView(sections), ...(isBad ? { exit: 1 } : {}) };
  },
  complete: async ({ words, source, context }) => {
    if (words.length > 0) return ['all=true'];
    const options = commandNamesIn(source, context).options();
    return [
      ...options.filter((name) => name.startsWith('up_')).map((name) => name.slice('up_'.length)),
      'all=true',
    ];
  },
};

const isAll = (word: string): boolean => /^all=(true|false)$/.test(word);

async function examine(overrides: readonly string[], all: boolean, call: MetaCall): Promise<Section[]> {
  const { context, source, emit } = call;
  const composed = await attempt(() => chosen(overrides, call));
  const { target, leases = openFiles(context) } = composed.value ?? {};
  const targets = target === undefined ? [] : await targetsOf(target, overrides, all, call);
  const configuration: Finding[] = [
    ...(await checkTrees(source, context)),
    ...(composed.problem ? [composed.problem] : [ok('composes', 'Composes', 'yes')]),
  ];
  const sections: Section[] = [{ name: 'configuration', title: 'Configuration', findings: configuration }];
  for (const target of targets) sections.push(await checkTarget(target, context, { emit }));
  const machine = [
    ...(await checkSsh(sshPlaces(target?.composition, call), context)),
    ...(await checkLeases(leases, context.clock.now())),
  ];
  return [...sections, { name: 'machine', title: 'SSH And Leases', findings: machine }];
}

/** What a command would use. */
interface Chosen {
  readonly target: Target;
  readonly leases: LeaseStore;
}

/** What a command would use. @throws what composing throws, or DevboxError for what is not trusted. */
async function chosen(overrides: readonly string[], { source, context }: MetaCall): Promise<Chosen> {
  const composed = composeConfig(source, overrides, context);
  const leases = leasesOf(composed, source, context);
  const { composition } = await withApi({
    composition: composed,
    overrides,
    recompose: (api, settings = {}) =>
      composeConfig(source, [...overrides, `api=${api}`, ...apiOverrides(settings)], context),
    leases,
    context,
  });
  source.guard?.check(composition, false);
  const option = composition.choices['api'] ?? 'default';
  const { api } = composition.config;
  const provider = Object(api)['provider'];
  const name = option === 'default' && typeof provider === 'string' ? provider : option;
  return { target: { option: name, composition }, leases };
}

/** The one provider, or with it every other one that can be asked. */
async function targetsOf(
  first: Target,
  overrides: readonly string[],
  all: boolean,
  { source, context }: MetaCall,
): Promise<Target[]> {
  if (!all) return [first];
  const options = listGroups(source.trees).find(({ group }) => group === 'api')?.options ?? [];
  const others: Target[] = [];
  for (const { name } of options) {
    if (name === 'default' || name === first.option) continue;
    // Settings under api are meant for the one that is chosen.
    const own = overrides.filter((override) => !isApiExplicit([override]) && !/^[+~]*api\./.test(override));
    const { value } = await attempt(async () => {
      const composition = composeConfig(source, [...own, `api=${name}`], context);
      source.guard?.check(composition, false);
      return { option: name, composition };
    });
    if (value && (await hasKey(value, context))) others.push(value);
  }
  return [first, ...others];
}

interface Attempt<T> {
  readonly value?: T;
  readonly problem?: Finding;
}

/** What is wrong with the configuration is a finding. */
async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof DevboxError) return { problem: errorFinding('composes', 'Composes', error) };
    if (!(error instanceof ComposeError)) throw error;
    const hint = error.nearest === undefined ? error.hint : `Did you mean ${error.nearest}?`;
    return { problem: problem('composes', 'Composes', error.message, hint ?? 'devbox config check') };
  }
}

/** Where ssh's files lie, by the configuration as far as there is one. */
function sshPlaces(composition: Composition | undefined, { context }: MetaCall): SshPlaces {
  const dir = composition?.part({ path: 'ssh.config_dir', resolve: true })?.value;
  const { home, state } = context.paths;
  return { home, state, configDir: typeof dir === 'string' ? dir : null };
}
