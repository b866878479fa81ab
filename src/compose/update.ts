import { nearest } from '../base/text.ts';
import { ComposeError, type ComposeErrorDetails, errorAt } from './errors.ts';
import type { Resolver } from './interpolation/resolve.ts';
import { isContainer, type Value } from './interpolation/values.ts';
import { type MergeRules, mergeContainer } from './merge.ts';
import {
  type Container,
  emptyMap,
  type MapNode,
  type Node,
  pathOf,
  replacing,
  setEntry,
  setItem,
} from './nodes.ts';
import type { Place } from './origin.ts';
import type { Element } from './override/element.ts';
import { elementNode } from './override/node.ts';
import type { ParsedOverride } from './override/parser.ts';
import { type Key, keyText, numeric, type Scalar } from './scalars.ts';

/** Applies overrides about keys to a composed tree, in place. */
export class Updater {
  private readonly root: MapNode;
  private readonly resolver: Resolver;
  private readonly open: readonly string[];

  /** @param open paths of mappings that take new keys without `+`. */
  constructor(root: MapNode, resolver: Resolver, open: readonly string[]) {
    this.root = root;
    this.resolver = resolver;
    this.open = open;
  }

  /**
   * @param place of the override's value.
   * @throws ComposeError `key/unknown`, `key/exists`, `key/package`, `key/index`, `merge/kinds`, ...
   */
  apply(override: ParsedOverride, place: Place): void {
    const { key, text, type, element } = override;
    if (override.package !== null) {
      throw errorAt(place, 'key/package', `${text} is about a config group, but there is no group ${key}`, {
        path: key,
      });
    }
    if (type === 'delete') {
      this.delete(override, place);
      return;
    }
    if (element === null) throw errorAt(place, 'override/syntax', `${text} has no value`);
    const value = elementNode(element, place.source);
    if (type === 'add' && value.kind === 'scalar' && this.isSet(key, place)) {
      throw errorAt(place, 'key/exists', `cannot add ${key}: it is there already`, {
        path: key,
        hint: `to change it, write ${text.slice(1)}; to do either, write +${text}`,
      });
    }
    this.set(key.split('.'), value, type !== 'change', override, place);
  }

  private isSet(key: string, place: Place): boolean {
    const found = this.at(place, () => this.resolver.select(this.root, key, false));
    return found !== undefined && !found.missing && found.value !== null;
  }

  /** Errors inside say which override they come from. */
  private at<T>(place: Place, action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof ComposeError) || error.origin?.kind === 'override') throw error;
      const { code, message, path, nearest: close, candidates, hint } = error;
      throw errorAt(place, code, message, { path, nearest: close, candidates, hint, cause: error });
    }
  }

  private set(
    keys: readonly string[],
    value: Node,
    force: boolean,
    override: ParsedOverride,
    place: Place,
  ): void {
    let at: Container = this.root;
    for (const key of keys.slice(0, -1)) {
      const next = this.find(at, key, override, place);
      if (next !== undefined && next.kind !== 'scalar') {
        at = next;
        continue;
      }
      const made = replacing(emptyMap(place), next);
      this.put(at, key, made, force, override, place);
      if (made.kind !== 'map') return;
      at = made;
    }
    const last = keys.at(-1) ?? '';
    const existing = this.find(at, last, override, place);
    if (value.kind !== 'scalar' && existing !== undefined && existing.kind !== 'scalar') {
      const rules: MergeRules = {
        target: (parent, key, node) => this.resolver.container(parent, key, node),
        mayAdd: (map, key) => this.mayAdd(map, key, force, override, place),
      };
      this.at(place, () => mergeContainer(existing, value, rules));
    } else {
      this.put(at, last, replacing(value, existing), force, override, place);
    }
  }

  private find(at: Container, key: string, override: ParsedOverride, place: Place): Node | undefined {
    if (at.kind === 'map') return at.entries.get(key);
    if (!/^\d+(?:_\d+)*$/.test(key)) {
      throw errorAt(place, 'key/index', `${pathOf(at)} is a list: ${key} is no index, in ${override.text}`, {
        path: pathOf(at),
        expected: 'an index from 0',
      });
    }
    return at.items[indexOf(key)];
  }

  private put(
    at: Container,
    key: string,
    node: Node,
    force: boolean,
    override: ParsedOverride,
    place: Place,
  ): void {
    if (at.kind === 'map') {
      if (!at.entries.has(key)) this.mayAdd(at, key, force, override, place);
      setEntry(at, key, node);
      return;
    }
    const index = indexOf(key);
    if (index >= at.items.length) {
      const path = pathOf(at);
      throw errorAt(place, 'key/index', `${path} has ${at.items.length} items, so there is no item ${key}`, {
        path: pathOf(at, index),
        hint: `to replace the list, write ${path}=[...]`,
      });
    }
    setItem(at, index, node);
  }

  private mayAdd(map: MapNode, key: Key, force: boolean, override: ParsedOverride, place: Place): void {
    const path = pathOf(map, key);
    if (force || this.open.some((open) => reaches(path, open))) return;
    const candidates = [...map.entries.keys()].map(keyText);
    const close = nearest(keyText(key), candidates);
    const holder = pathOf(map);
    const full = close === undefined ? undefined : `${holder === '' ? '' : `${holder}.`}${close}`;
    const meant = full === undefined ? '' : `; did you mean ${full}?`;
    const details: ComposeErrorDetails = {
      path,
      nearest: full,
      candidates: candidates.slice(0, 100),
      hint: `to add a key, write +${override.text}`,
    };
    throw errorAt(place, 'key/unknown', `there is no key ${path}${meant}`, details);
  }

  private delete(override: ParsedOverride, place: Place): void {
    const { key, element, text } = override;
    const found = this.at(place, () => this.resolver.select(this.root, key, false));
    if (found === undefined || found.missing || found.value === null) {
      throw errorAt(place, 'key/unknown', `cannot delete ${key}: there is no such value`, {
        path: key,
        nearest: nearest(key, [...this.root.entries.keys()].map(keyText)),
      });
    }
    const given = element !== null && !(element.kind === 'scalar' && element.value === null);
    if (given && !this.equals(element, found.value)) {
      throw errorAt(place, 'key/value', `cannot delete ${key}: its value is another, in ${text}`, {
        path: key,
      });
    }
    const dot = key.lastIndexOf('.');
    const holder = dot < 0 ? this.root : this.resolver.select(this.root, key.slice(0, dot), false)?.value;
    if (holder === undefined || !isContainer(holder) || holder.kind !== 'map') {
      throw errorAt(place, 'key/index', `cannot delete ${key}: items of lists cannot be deleted`, {
        path: key,
        hint: `write the whole list instead: ${key.slice(0, dot)}=[...]`,
      });
    }
    holder.entries.delete(key.slice(dot + 1));
  }

  /** Whether a value of the command line is the same as one of the configuration, everything resolved. */
  private equals(element: Element, value: Value): boolean {
    if (element.kind === 'scalar') return isScalar(value) && sameScalar(element.value, value);
    if (!isContainer(value)) return false;
    if (element.kind === 'list' && value.kind === 'list') {
      return (
        element.items.length === value.items.length &&
        element.items.every((item, index) => this.equals(item, this.resolver.valueAt(value, index)))
      );
    }
    if (element.kind !== 'dict' || value.kind !== 'map') return false;
    return (
      element.entries.length === value.entries.size &&
      element.entries.every(
        ([key, item]) =>
          key !== null && value.entries.has(key) && this.equals(item, this.resolver.valueAt(value, key)),
      )
    );
  }
}

const indexOf = (key: string): number => Number(key.replaceAll('_', ''));

const isScalar = (value: Value): value is Scalar =>
  value === null || typeof value !== 'object' || !('kind' in value);

function sameScalar(a: Scalar, b: Scalar): boolean {
  const [left, right] = [asNumber(a), asNumber(b)];
  return left !== undefined && right !== undefined ? left === right : a === b;
}

const asNumber = (value: Scalar): number | undefined =>
  typeof value === 'boolean' ? Number(value) : numeric(value);

/** Whether a new key at `path` lies in an open mapping, is one, or leads to one. */
const reaches = (path: string, open: string): boolean =>
  path === open || path.startsWith(`${open}.`) || open.startsWith(`${path}.`);
