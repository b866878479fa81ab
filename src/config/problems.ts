import type * as z from 'zod/mini';
import type { Context } from '../base/context.ts';
import { type Detail, DevboxError } from '../base/errors.ts';
import { isSecretKey } from '../base/redact.ts';
import { cleanLine, count, nearest } from '../base/text.ts';
import type { Command, RawConfig } from '../commands/command.ts';
import { commonKeys } from '../commands/common-keys.ts';
import type { Composition, Origin } from '../compose/index.ts';
import { providerNames } from '../leases/provider-name.ts';
import { describeOrigin } from './place.ts';

type Issue = z.core.$ZodIssue;

interface Found {
  readonly raw: RawConfig;
  readonly composition: Pick<Composition, 'originOf'>;
  readonly command: Command;
  readonly context: Context;
}

/** One problem in words: which setting, what is wrong with it, what to type. */
export interface Problem {
  readonly key: string;
  /** Where the setting was set; undefined where nobody has. */
  readonly origin: Origin | undefined;
  readonly message: string;
  readonly details: readonly Detail[];
  readonly hint: string;
  /** Nobody has set it: `null` where a file says so, which is the same. */
  readonly missing?: 'unset' | 'null';
  /** Stable name of the problem where it is alone; default `config/invalid` or `config/missing`. */
  readonly code?: string;
}

/** The error for settings that do not hold against the schema; all of them on one card. */
export function configError(problems: readonly Problem[], command: Command): DevboxError {
  const [first] = problems;
  const allMissing = problems.every((problem) => problem.missing);
  const single = problems.length === 1 && first !== undefined;
  return new DevboxError(
    'usage',
    single ? first.message : `${count(problems.length, 'setting')} of ${command.name} cannot be used`,
    {
      code: (single ? first.code : undefined) ?? (allMissing ? 'config/missing' : 'config/invalid'),
      title: 'Configuration Error',
      details: single
        ? first.details
        : problems.flatMap((problem) => [{ label: 'Setting', value: problem.message }, ...problem.details]),
      hint: [
        single ? first.hint : `devbox help ${command.name} explains its settings.`,
        ...(allMissing && command.name === 'up'
          ? ['A box on this machine needs none of them: api=local']
          : []),
      ].join(' '),
    },
  );
}

/** What the issues of a schema are to the user. */
export function problemsOf(issues: readonly Issue[], found: Found): Problem[] {
  return issues.flatMap((issue) => describe(issue, found));
}

/** The problem of a configuration that names no provider, or one that there is not. */
export function unknownProvider(
  name: unknown,
  composition: Pick<Composition, 'originOf'>,
  context: Context,
): Problem {
  const origin = composition.originOf('api.provider');
  const near = typeof name === 'string' ? nearest(name, providerNames) : undefined;
  return {
    key: 'api.provider',
    origin,
    message: `api.provider is ${JSON.stringify(name) ?? 'not set'}, which is no provider`,
    details: [
      ...(origin ? [{ label: 'Set by', value: describeOrigin(origin, context) }] : []),
      { label: 'Expected', value: `one of ${providerNames.join(', ')}` },
    ],
    hint: near ? `Did you mean ${near}?` : 'Choose one with api=NAME.',
    code: 'config/provider-unknown',
  };
}

function describe(issue: Issue, found: Found): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...issue.path.map(String), key].join('.'), found));
  }
  const key = settingName(issue.path.map(String).join('.'));
  const value = issue.path.reduce<unknown>(
    (at, part) => (typeof at === 'object' && at !== null ? Reflect.get(at, part) : undefined),
    found.raw,
  );
  const origin = found.composition.originOf(key);
  const setBy = origin ? [{ label: 'Set by', value: describeOrigin(origin, found.context) }] : [];
  const expected = { label: 'Expected', value: expectation(issue) };
  if (value === undefined || (value === null && origin?.kind !== 'override')) {
    return [
      {
        key,
        message: `${key} is not set`,
        details: [
          { label: 'Needed by', value: `${found.command.name} on ${providerOf(found)}` },
          ...setBy,
          expected,
        ],
        hint: `Add ${key}=VALUE. devbox help ${found.command.name} explains it.`,
        origin,
        missing: value === undefined ? 'unset' : 'null',
      },
    ];
  }
  const list = Array.isArray(value) || isSecretKey(key) ? '' : listHint(issue, value, key);
  return [
    {
      key,
      origin,
      message: `${key} is ${isSecretKey(key) ? '[hidden]' : shown(value)}`,
      details: [...setBy, expected],
      hint: list || `Change it where it is set, or override it: ${key}=VALUE.`,
    },
  ];
}

function providerOf({ raw }: Found): string {
  const { api } = raw;
  return typeof api === 'object' && api !== null && 'provider' in api
    ? String(api.provider)
    : 'this provider';
}

/** The launch schema names the user of the box by its own key; the setting is elsewhere. */
function settingName(path: string): string {
  return path === 'username' ? 'ssh.username' : path;
}

function unknownKey(key: string, found: Found): Problem {
  const origin = found.composition.originOf(key);
  const siblings = key.includes('.')
    ? Object.keys(Object(found.raw[key.split('.')[0] ?? '']))
    : [...Object.keys(found.command.shape), ...commonKeys];
  const last = key.split('.').at(-1) ?? key;
  const near = nearest(
    last,
    siblings.filter((sibling) => sibling !== last),
  );
  return {
    key,
    origin,
    message: `${key} is no setting of ${found.command.name}`,
    details: origin ? [{ label: 'Set by', value: describeOrigin(origin, found.context) }] : [],
    hint: near ? `Did you mean ${near}?` : `devbox help ${found.command.name} lists its settings.`,
  };
}

/** What would have been right, from the schema's own message or from the kind of problem. */
function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_type':
      return isOwnWords(issue.message) ? issue.message : article(issue.expected);
    case 'too_small':
      return isOwnWords(issue.message)
        ? issue.message
        : `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return isOwnWords(issue.message)
        ? issue.message
        : `${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
    case 'invalid_key':
      return `a key that fits: this one ${issue.issues.map(expectation).join(', ')}`;
    case 'invalid_union':
      return issue.errors.flat().map(expectation).join(', or ');
    default:
      return issue.message;
  }
}

/** Whether a message was written by us; zod/mini carries no wording of its own. */
function isOwnWords(message: string): boolean {
  return message !== 'Invalid input';
}

function article(type: string): string {
  const words: Readonly<Record<string, string>> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list, written [a,b,c]',
    record: 'a mapping, written {key: value}',
    object: 'a mapping, written {key: value}',
  };
  return words[type] ?? type;
}

function shown(value: unknown): string {
  return cleanLine(JSON.stringify(value) ?? String(value), 80);
}

function listHint(issue: Issue, value: unknown, key: string): string {
  return issue.code === 'invalid_type' && issue.expected === 'array'
    ? `Write ${key}=[${String(value)}].`
    : '';
}
