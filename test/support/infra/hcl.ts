import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../bin.ts';

/** A block's body as `@cdktf/hcl2json` gives it: expressions are texts in `${}`. */
export type Body = Readonly<Record<string, unknown>>;

/** A folder of `.tf` files. */
export interface Module {
  readonly variables: Readonly<Record<string, Body>>;
  readonly locals: Body;
  readonly resources: Readonly<Record<string, Readonly<Record<string, Body>>>>;
  readonly data: Readonly<Record<string, Readonly<Record<string, Body>>>>;
  readonly calls: Readonly<Record<string, Body>>;
  readonly outputs: Readonly<Record<string, Body>>;
}

/** Reads the `.tf` files of folders, each without those of the modules that it calls. */
export function readModules<Name extends string>(
  folders: Readonly<Record<Name, string>>,
): Record<Name, Module>;
export function readModules(folders: Readonly<Record<string, string>>): Record<string, Module> {
  const script = join(projectRoot, 'test/support/infra/parse.mjs');
  const printed = execFileSync(process.execPath, [script, ...Object.values(folders)], {
    cwd: projectRoot,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  const parsed = bodyOf(JSON.parse(printed));
  return Object.fromEntries(
    Object.entries(folders).map(([name, folder]) => [name, moduleOf(bodyOf(parsed[folder]))]),
  );
}

function moduleOf(raw: Body): Module {
  const typed = (kind: string): Module['resources'] =>
    Object.fromEntries(Object.entries(bodyOf(raw[kind])).map(([type, named]) => [type, firstBlocks(named)]));
  return {
    variables: firstBlocks(raw['variable']),
    locals: Object.assign({}, ...blocks(raw['locals'])),
    resources: typed('resource'),
    data: typed('data'),
    calls: firstBlocks(raw['module']),
    outputs: firstBlocks(raw['output']),
  };
}

/** What a name stands for, such as `var.prefix` or `local.look`; undefined where it is not known. */
export type Scope = (name: string) => unknown;

/**
 * Works out values and keys as far as names and `concat` go; any other expression stays the text that it is.
 */
export function evaluate(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((each) => evaluate(each, scope));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [String(evaluate(key, scope)), evaluate(each, scope)]),
    );
  }
  if (typeof value !== 'string') return value;
  const parts = value.split(/(\$\{[^{}]*\})/).filter((part) => part !== '');
  const values = parts.map((part) => (part.startsWith('${') ? known(part, scope) : part));
  return values.length === 1 ? values[0] : values.map(String).join('');
}

function known(part: string, scope: Scope): unknown {
  const expression = part.slice(2, -1).trim();
  const list = /^concat\(([\w.,\s[\]]*)\)$/.exec(expression)?.[1];
  const names = (list ?? expression)
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const values = names.map((name) => scope(name));
  if (values.includes(undefined)) return part;
  const found = values.map((each) => evaluate(each, scope));
  return list === undefined ? found[0] : found.flat();
}

/** Narrows to an object; anything else is an empty one. */
export function bodyOf(value: unknown): Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** The blocks of one kind in a body, such as `body['network_interfaces']`. */
export function blocks(value: unknown): Body[] {
  return (Array.isArray(value) ? value : []).map(bodyOf);
}

/** Every named block is a list of one in what the parser gives. */
function firstBlocks(named: unknown): Record<string, Body> {
  return Object.fromEntries(
    Object.entries(bodyOf(named)).map(([name, list]) => [name, blocks(list)[0] ?? {}]),
  );
}
