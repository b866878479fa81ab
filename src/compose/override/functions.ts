import { ComposeError } from '../errors.ts';
import { Float, numeric } from '../scalars.ts';
import { castBool, castFloat, castInt, castStr } from './casts.ts';
import {
  type Element,
  type Glob,
  isNumeric,
  isSweep,
  type ListElement,
  type Numeric,
  type Sweep,
} from './element.ts';
import { sortElements, sortSweep } from './sort.ts';

/** The arguments of one call; every function takes those it knows and refuses the rest with `done`. */
class Arguments {
  readonly positional: readonly Element[];
  private readonly named: Map<string, Element>;

  constructor(positional: readonly Element[], named: ReadonlyMap<string, Element>) {
    this.positional = positional.map(bare);
    this.named = new Map([...named].map(([name, value]) => [name, bare(value)]));
  }

  /** Takes a named argument; `null` counts as not given. */
  take(name: string): Element | undefined {
    const value = this.named.get(name);
    this.named.delete(name);
    return value !== undefined && isNull(value) ? undefined : value;
  }

  /** Binds positional and named arguments to parameters, in order. */
  bind(...names: string[]): (Element | undefined)[] {
    if (this.positional.length > names.length) throw new Misuse(`takes at most ${names.length} arguments`);
    const bound = names.map((name, index) => {
      const named = this.named.get(name);
      this.named.delete(name);
      const positional = this.positional[index];
      if (named !== undefined && positional !== undefined) throw new Misuse(`got ${name} twice`);
      return positional ?? named;
    });
    this.done();
    return bound;
  }

  done(): void {
    const [unknown] = this.named.keys();
    if (unknown !== undefined) throw new Misuse(`knows no argument ${unknown}`);
  }
}

class Misuse extends Error {}

const functions: Readonly<Record<string, (args: Arguments) => Element>> = {
  int: (args) => castInt(oneValue(args)),
  float: (args) => castFloat(oneValue(args)),
  str: (args) => castStr(oneValue(args)),
  bool: (args) => castBool(oneValue(args)),
  choice,
  range,
  interval,
  glob,
  tag,
  sort,
  shuffle,
};

/**
 * Evaluates a function of the override grammar.
 * @throws ComposeError `override/function`.
 */
export function callFunction(
  name: string,
  positional: readonly Element[],
  named: ReadonlyMap<string, Element>,
): Element {
  const evaluate = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (evaluate === undefined) {
    const candidates = Object.keys(functions).sort();
    throw new ComposeError('override/function', `there is no function ${name}()`, {
      candidates,
      hint: `functions are ${candidates.join(', ')}; quote the value if it is meant as text`,
    });
  }
  try {
    return evaluate(new Arguments(positional, named));
  } catch (error) {
    if (error instanceof ComposeError) throw error;
    if (error instanceof Error) throw new ComposeError('override/function', `${name}() ${error.message}`);
    throw error;
  }
}

/** Arguments lose their quotes, but only at the top level. */
function bare(element: Element): Element {
  if (element.kind !== 'scalar' || element.quote === undefined) return element;
  const { quote: _, ...rest } = element;
  return rest;
}

const isNull = (element: Element): boolean => element.kind === 'scalar' && element.value === null;

/** The value to cast: one argument, several as a simple choice, or `value=`. */
function oneValue(args: Arguments): Element {
  const { positional } = args;
  if (positional.some((item) => item.kind === 'glob')) throw new Misuse('cannot cast a glob');
  const value = args.take('value');
  args.done();
  if (value !== undefined) {
    if (positional.length > 0) throw new Misuse('cannot use both positional and named arguments');
    if (value.kind === 'glob') throw new Misuse('cannot cast a glob');
    return value;
  }
  const [first] = positional;
  if (first === undefined) throw new Misuse('needs a value');
  return positional.length === 1 ? first : simpleChoice(positional);
}

function simpleChoice(list: readonly Element[]): Element {
  if (list.some((item) => isSweep(item) || item.kind === 'glob'))
    throw new Misuse('cannot mix sweeps and values');
  return { kind: 'choice', list, simple: true, shuffle: false, tags: [] };
}

function choice(args: Arguments): Element {
  args.done();
  const list = args.positional;
  const [first] = list;
  if (first === undefined) throw new Misuse('needs at least one value');
  for (const item of list) {
    if (isNull(item) || item.kind === 'range' || item.kind === 'interval' || item.kind === 'glob') {
      throw new Misuse('takes values that are not null, no other sweeps');
    }
  }
  if (list.length === 1 && first.kind === 'choice') {
    if (!first.simple) throw new Misuse('cannot be nested');
    return { ...first, simple: false };
  }
  return { kind: 'choice', list, simple: false, shuffle: false, tags: [] };
}

function range(args: Arguments): Element {
  const [first, second, third] = args.bind('start', 'stop', 'step');
  if (first === undefined) throw new Misuse('needs an end');
  const step = third === undefined ? 1 : asNumber(third);
  const bounds =
    second === undefined || isNull(second)
      ? { start: 0, stop: asNumber(first) }
      : { start: asNumber(first), stop: asNumber(second) };
  return { kind: 'range', ...bounds, step, shuffle: false, tags: [] };
}

function interval(args: Arguments): Element {
  const [start, end] = args.bind('start', 'end');
  if (start === undefined || end === undefined) throw new Misuse('needs a start and an end');
  return { kind: 'interval', start: asFloat(start), end: asFloat(end), tags: [] };
}

function asNumber(element: Element): Numeric {
  if (element.kind === 'scalar' && typeof element.value === 'boolean') return Number(element.value);
  if (element.kind === 'scalar' && isNumeric(element.value)) return element.value;
  throw new Misuse('takes numbers');
}

const asFloat = (element: Element): Float => new Float(numeric(asNumber(element)) ?? Number.NaN);

function glob(args: Arguments): Glob {
  const [include, exclude] = args.bind('include', 'exclude');
  if (include === undefined) throw new Misuse('needs a pattern');
  const patterns = (element: Element): readonly Element[] => {
    if (element.kind === 'list') return element.items;
    if (element.kind === 'scalar' && typeof element.value === 'string') return [element];
    throw new Misuse('takes a pattern or a list of patterns');
  };
  const none = exclude === undefined || isNull(exclude);
  return { kind: 'glob', include: patterns(include), exclude: none ? [] : patterns(exclude) };
}

function tag(args: Arguments): Element {
  const sweep = args.take('sweep');
  args.done();
  if (args.positional.length === 0) throw new Misuse('needs a sweep');
  const all = sweep === undefined ? args.positional : [...args.positional, sweep];
  const tagged = all.at(-1);
  if (tagged === undefined || !isSweep(tagged)) throw new Misuse('needs a sweep as its last argument');
  const tags = all.slice(0, -1).map((item) => {
    if (item.kind !== 'scalar' || typeof item.value !== 'string')
      throw new Misuse('takes tags that are words');
    return item.value;
  });
  return { ...tagged, tags: [...new Set(tags)].sort() };
}

/** The value that `sort` and `shuffle` work on when it is given by name. */
function namedSubject(args: Arguments): Element | undefined {
  const list = args.take('list');
  const sweep = args.take('sweep');
  if (list !== undefined && list.kind !== 'list') throw new Misuse('takes a list as list=');
  if (sweep !== undefined && sweep.kind !== 'choice' && sweep.kind !== 'range') {
    throw new Misuse('takes a choice or a range as sweep=');
  }
  for (const item of args.positional) {
    if (isNull(item) || item.kind === 'interval' || item.kind === 'glob') {
      throw new Misuse('takes values, a list, a choice or a range');
    }
  }
  return list ?? sweep;
}

function sort(args: Arguments): Element {
  const order = args.take('reverse');
  const named = namedSubject(args);
  args.done();
  const reverse = order?.kind === 'scalar' ? order.value : order === undefined ? false : null;
  if (typeof reverse !== 'boolean') throw new Misuse('takes true or false as reverse=');
  const [first] = args.positional;
  const subject = named ?? (args.positional.length === 1 ? first : undefined);
  if (subject !== undefined) {
    if (subject.kind === 'choice' || subject.kind === 'range') return sortSweep(subject, reverse);
    return subject.kind === 'list' ? sortList(subject, reverse) : subject;
  }
  if (first === undefined) throw new Misuse('needs something to sort');
  if (args.positional.some((item) => item.kind !== 'scalar')) throw new Misuse('sorts words and numbers');
  const list = sortElements(args.positional, reverse);
  return { kind: 'choice', list, simple: true, shuffle: false, tags: [] };
}

const sortList = (list: ListElement, reverse: boolean): ListElement => ({
  ...list,
  items: sortElements(list.items, reverse),
});

function shuffle(args: Arguments): Element {
  const named = namedSubject(args);
  args.done();
  const { positional } = args;
  const subject = named ?? (positional.length === 1 ? positional[0] : undefined);
  if (subject === undefined) {
    if (positional.some(isSweepOrGlob)) throw new Misuse('cannot mix sweeps and values');
    return { kind: 'choice', list: positional, simple: true, shuffle: true, tags: [] };
  }
  if (subject.kind === 'choice' || subject.kind === 'range') return { ...subject, shuffle: true };
  if (subject.kind === 'list') return { ...subject, items: shuffled(subject.items) };
  return { kind: 'list', items: [subject], start: 0, end: 0 };
}

const isSweepOrGlob = (element: Element): element is Sweep | Glob =>
  isSweep(element) || element.kind === 'glob';

/** A copy in random order. */
export function shuffled<T>(items: readonly T[], random: () => number = Math.random): T[] {
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [copy[last], copy[other]];
    if (a !== undefined && b !== undefined) {
      copy[last] = b;
      copy[other] = a;
    }
  }
  return copy;
}
