import type { Context } from '../base/context.ts';
import { DevboxError } from '../base/errors.ts';
import type { Command, Prepared, RawConfig } from '../commands/command.ts';
import type { ComposeError, Composition, PlainObject, PlainValue } from '../compose/index.ts';
import { isProviderName } from '../providers/registry.ts';
import { providerSchemas } from '../providers/schemas.ts';
import { configError, type Problem, problemsOf, unknownProvider } from './problems.ts';

type Path = readonly (string | number)[];

/**
 * Resolves a composition and holds it against the schemas of its command and its provider.
 * @param rest the words after `--`, for the command that takes them.
 * @throws DevboxError of kind `usage` that names every setting that is wrong, and where it was set.
 */
export function prepare(
  composition: Composition,
  command: Command,
  rest: readonly string[] | undefined,
  context: Context,
): Extract<Prepared, { ok: true }> {
  const held = hold(composition.resolve(), composition, command, rest, context);
  if (held.ok) return held;
  throw configError(held.problems, command);
}

/**
 * Everything that is wrong with the settings of a composition, what nobody has set included.
 * @param excuse hears of each value that cannot be resolved; it is taken for one that nobody has set.
 */
export function problemsIn(
  composition: Pick<Composition, 'resolve' | 'originOf'>,
  command: Command,
  excuse: (error: ComposeError) => void,
  context: Context,
): readonly Problem[] {
  const held = hold(composition.resolve(excuse), composition, command, undefined, context);
  return held.ok ? [] : held.problems;
}

type Held = Extract<Prepared, { ok: true }> | { readonly ok: false; readonly problems: readonly Problem[] };

function hold(
  resolved: PlainObject,
  composition: Pick<Composition, 'originOf'>,
  command: Command,
  rest: readonly string[] | undefined,
  context: Context,
): Held {
  const raw = withRest(dropUnset(resolved), composition, command, rest);
  const provider = valueAt(raw, ['api', 'provider']);
  if (!isProviderName(provider)) {
    return { ok: false, problems: [unknownProvider(provider, composition, context)] };
  }
  const schemas = providerSchemas[provider];
  const first = command.prepare(raw, schemas);
  if (first.ok) return first;

  // A string setting means what was typed: 123456 and 1e2345 are names there, not numbers.
  const texts = first.issues.flatMap((issue) => {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    const text =
      issue.code === 'invalid_type' && issue.expected === 'string'
        ? composition.originOf(path)?.text
        : undefined;
    // What an interpolation stands for was typed elsewhere.
    const isTyped = text !== undefined && !text.includes('${');
    return !isTyped || valueAt(raw, path) === undefined ? [] : [{ path, text }];
  });
  const second = texts.length === 0 ? first : command.prepare(texts.reduce(withText, raw), schemas);
  if (second.ok) return second;
  return { ok: false, problems: problemsOf(second.issues, { raw, composition, command, context }) };
}

function withRest(
  raw: RawConfig,
  composition: Pick<Composition, 'originOf'>,
  command: Command,
  rest: readonly string[] | undefined,
): RawConfig {
  if (rest === undefined) return raw;
  if (command.rest !== undefined) {
    if (composition.originOf(command.rest)?.kind === 'override') throw saidTwice(command.rest);
    return { ...raw, [command.rest]: rest };
  }
  throw new DevboxError('usage', `${command.name} takes no words after --`, {
    code: 'usage/rest-unexpected',
    title: 'Usage Error',
    hint: 'Settings are written before it, as key=value.',
  });
}

function saidTwice(key: string): DevboxError {
  return new DevboxError('usage', `${key} is given twice: as a setting, and as the words after --`, {
    code: 'usage/rest-twice',
    title: 'Usage Error',
    hint: `Leave out ${key}, or -- and what follows it.`,
  });
}

/** A value without the `???` in it: what nobody set is absent, so that a schema can say whether it is needed. */
function dropUnset(config: Readonly<Record<string, PlainValue>>): RawConfig {
  const entries = Object.entries(config).filter(([, value]) => value !== '???');
  return Object.fromEntries(
    entries.map(([key, value]) => [key, isMapping(value) ? dropUnset(value) : value]),
  );
}

function isMapping(value: PlainValue): value is Readonly<Record<string, PlainValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, part) => (typeof at === 'object' && at !== null ? Reflect.get(at, part) : undefined),
    value,
  );
}

/** A copy with the text at the path; the path is there, because a schema found something wrong at it. */
function withText(raw: RawConfig, { path, text }: { path: Path; text: string }): RawConfig {
  const copy: Record<string, unknown> = structuredClone(raw);
  const last = path.at(-1);
  const parent = valueAt(copy, path.slice(0, -1));
  if (last !== undefined && typeof parent === 'object' && parent !== null) Reflect.set(parent, last, text);
  return copy;
}
