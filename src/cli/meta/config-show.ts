import { hideSecret, redact } from '../../base/redact.ts';
import { cleanLine, count } from '../../base/text.ts';
import type { Composition, Origin, PlainValue } from '../../compose/index.ts';
import { composeConfig } from '../../config/compose.ts';
import { type Row, token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';
import { apiOverrides, withApi } from '../choose-api.ts';
import { commandNamesIn } from '../command-names.ts';
import { type Describer, describer, keyOf, lastKey, type Path } from '../info/provenance.ts';
import { leasesOf } from '../lease-store.ts';
import { hiderFor } from '../secrets.ts';
import { toOverrides } from '../words.ts';
import type { MetaCall } from './meta.ts';

/** A setting as a command would get it. */
interface Effective {
  readonly path: Path;
  /** Resolved, without secrets. */
  readonly value: PlainValue;
  readonly origin: Origin | undefined;
  /** What an interpolation at the origin led to. */
  readonly through: readonly Origin[];
  /** The variables of the environment that decide it. */
  readonly variables: readonly string[];
}

/**
 * The settings that a command line would run with, and where each comes from: a variable of the environment, an
 * override, or a place in a file. Nothing is asked of a provider.
 * @param words the command line after `config show`.
 * @throws ComposeError where the configuration is broken.
 */
export async function configShow(words: readonly string[], call: MetaCall): Promise<View> {
  const { source, context, secrets } = call;
  const overrides = await toOverrides(words, [], commandNamesIn(source, context));
  const composed = composeConfig(source, overrides, context);
  const { composition } = await withApi({
    composition: composed,
    overrides,
    recompose: (api, settings = {}) =>
      composeConfig(source, [...overrides, `api=${api}`, ...apiOverrides(settings)], context),
    leases: leasesOf(composed, source, context),
    context,
  });
  const settings = effective(composition, secrets);
  const describe = describer(call, hiderFor(composition, secrets));
  return {
    cards: [
      {
        title: composition.choices['command'] ?? 'Every command',
        rows: settings.map((setting) => rowOf(setting, describe)),
      },
    ],
    footer: [`${count(settings.length, 'setting')}; devbox --info provenance tells what each one replaced`],
    json: settings.map((setting) => jsonOf(setting, describe)),
    quiet: settings.map(({ path }) => keyOf(path)),
  };
}

function effective(composition: Composition, given: readonly string[]): Effective[] {
  // What cannot be resolved is `???`, as what nobody has set.
  const leaves = leavesOf(
    composition.resolve(() => undefined),
    [],
  );
  const secrets = leaves.flatMap(({ path, value }) =>
    typeof value === 'string' && hideSecret(lastKey(path), value) !== value ? [value] : [],
  );
  return leaves.map(({ path, value }) => {
    const written = writtenAt(path, composition);
    const origin = composition.originOf(written);
    return {
      path,
      value:
        typeof value === 'string'
          ? cleanLine(redact(hideSecret(lastKey(path), value), [...given, ...secrets]))
          : value,
      origin,
      through: composition.sourcesOf(written).filter((each) => !isSamePlace(each, origin)),
      variables: composition.variablesOf(written),
    };
  });
}

/** The values that hold no others. */
function leavesOf(value: PlainValue, path: Path): { path: Path; value: PlainValue }[] {
  const inside: readonly (readonly [string | number, PlainValue])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(typeof value === 'object' && value !== null ? value : {});
  if (inside.length > 0) return inside.flatMap(([key, item]) => leavesOf(item, [...path, key]));
  return path.length === 0 ? [] : [{ path, value }];
}

/** The path itself, or that of the interpolation which stands for all of what it leads to. */
function writtenAt(path: Path, composition: Composition): Path {
  return path.length > 1 && composition.originOf(path) === undefined
    ? writtenAt(path.slice(0, -1), composition)
    : path;
}

function isSamePlace(a: Origin, b: Origin | undefined): boolean {
  if (b === undefined || a.kind !== b.kind || a.column !== b.column) return false;
  return a.kind === 'file' && b.kind === 'file'
    ? a.file === b.file && a.line === b.line
    : a.kind === 'override' && b.kind === 'override' && a.index === b.index;
}

function rowOf({ path, value, origin, through, variables }: Effective, describe: Describer): Row {
  const text = typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
  const from = variables.map((name) => `environment variable ${name}`);
  const places = [...(origin ? [origin] : []), ...through].map((each) => describe.text(each, false));
  const where = [...from, ...(from.length > 0 ? places.slice(0, 1) : places)].join(', ');
  return { label: keyOf(path), value: [text, token('dim', `  ${where}`)] };
}

function jsonOf({ path, value, origin, through, variables }: Effective, describe: Describer): unknown {
  const json = (each: Origin) => describe.json(each, lastKey(path));
  const [variable] = variables;
  return {
    key: keyOf(path),
    value,
    origin:
      variable === undefined
        ? origin === undefined
          ? null
          : json(origin)
        : { kind: 'environment', variables, read_at: origin === undefined ? null : json(origin) },
    through: through.map(json),
  };
}
