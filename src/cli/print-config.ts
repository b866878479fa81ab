import { DevboxError } from '../base/errors.ts';
import { nearest } from '../base/text.ts';
import type { Composition, Part, PlainValue } from '../compose/index.ts';
import type { View } from '../ui/view.ts';
import type { Flags } from './own-flags.ts';
import { hiderFor } from './secrets.ts';

const parts = ['job', 'hydra', 'all'] as const;

/**
 * The view of `--cfg job|hydra|all`: the composed configuration, what is known of the run, or both; as YAML, or with
 * `--json` as JSON. No secret is in it.
 * @throws DevboxError of kind `usage` for another kind of configuration, or a package that is not there.
 */
export function configView(
  composition: Composition,
  flags: Pick<Flags, 'cfg' | 'resolve' | 'package'>,
  secrets: readonly string[],
): View {
  const of = parts.find((part) => part === flags.cfg);
  if (of === undefined) throw unknownValue('--cfg', flags.cfg ?? '', parts);
  const { value, yaml } = configPart(composition, { ...flags, of }, secrets);
  return { cards: [], raw: yaml, json: value, quiet: [yaml] };
}

/**
 * The configuration, or its part under `--package`, without secrets. The YAML of a part starts with the header that
 * a file with this content would have, and has no line break at its end.
 * @param secrets values known to be secret, longest first.
 * @throws DevboxError of kind `usage` for a package that is not there.
 */
export function configPart(
  composition: Composition,
  wanted: Pick<Flags, 'resolve' | 'package'> & { readonly of: (typeof parts)[number] },
  secrets: readonly string[],
): Part {
  const { of, resolve } = wanted;
  const path = wanted.package === '_global_' ? undefined : wanted.package?.replace(/^_global_\./, '');
  const at = path === undefined || path === '' ? {} : { path };
  const hide = hiderFor(composition, secrets);
  const mask = (key: string, text: string): string =>
    // What is known of the run quotes the overrides.
    of === 'job' ? hide.value(key, text) : hide.any(hide.value(key, text));
  const part = composition.part({ of, resolve, mask, ...at });
  if (part === undefined) throw unknownPackage(path ?? '', composition.part({ of })?.value ?? {});
  const { value } = part;
  const isContainer = typeof value === 'object' && value !== null;
  const header = path !== undefined && isContainer ? `# @package ${path}\n` : '';
  return { value, yaml: `${header}${part.yaml.trimEnd()}` };
}

/** The error for a flag with a value that it does not know. */
export function unknownValue(flag: string, value: string, known: readonly string[]): DevboxError {
  const near = nearest(value, known);
  return new DevboxError('usage', `${flag} ${value}: there is no such part of the configuration`, {
    code: `usage/${flag.replace(/^-+/, '')}`,
    title: 'Usage Error',
    details: [{ label: 'There is', value: known.join(', ') }],
    hint: near ? `Did you mean ${flag} ${near}?` : `Write ${flag} ${known[0]}.`,
  });
}

function unknownPackage(path: string, config: PlainValue): DevboxError {
  const packages = packagesIn(config, '');
  const near = nearest(path, packages);
  const top = packages.filter((name) => !name.includes('.'));
  return new DevboxError('usage', `--package ${path}: the configuration has nothing there`, {
    code: 'usage/package',
    title: 'Usage Error',
    details: [{ label: 'There is', value: ['_global_', ...top].join(', ') }],
    hint: near ? `Did you mean --package ${near}?` : 'Write --package _global_ for everything.',
  });
}

/** The paths of all mappings in a configuration. */
function packagesIn(value: PlainValue, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const inside = Object.entries(value).flatMap(([key, item]) =>
    packagesIn(item, path === '' ? key : `${path}.${key}`),
  );
  return path === '' ? inside : [path, ...inside];
}
