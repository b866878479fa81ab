import type { Place } from '../origin.ts';
import type { GroupItem } from './items.ts';

/**
 * An entry of a defaults list while the tree is built: it learns where its parent lies, which package the parent has
 * and which option overrides its own. Configs and groups differ only in how they name their file.
 */
export class Entry {
  readonly kind: 'config' | 'group';
  /** Path of the config, or of the group; absolute with a leading slash. */
  path: string;
  /** Only of groups: the option or options chosen. */
  value: string | null | readonly string[];
  package: string | null;
  readonly optional: boolean;
  readonly override: boolean;
  /** Added by `+group=option` on the command line. */
  readonly external: boolean;
  readonly primary: boolean;
  /** Where the option was named: here, or by what overrides it. */
  place: Place | undefined;
  /** The config whose `override` named the option. */
  overriddenIn: string | undefined;
  header: string | null = null;
  deleted = false;
  parentFolder = '';
  parentPackage = '';

  constructor(
    kind: 'config' | 'group',
    path: string,
    more: Partial<Omit<GroupItem, 'kind' | 'group'>> & { external?: boolean; primary?: boolean },
  ) {
    this.kind = kind;
    this.path = path;
    this.value = more.value ?? null;
    this.package = more.package ?? null;
    this.optional = more.optional ?? false;
    this.override = more.override ?? false;
    this.external = more.external ?? false;
    this.primary = more.primary ?? false;
    this.place = more.place;
  }

  get isSelf(): boolean {
    return (this.kind === 'config' ? this.path : this.value) === '_self_';
  }

  /** Tells the entry where it stands; `_group_` in its package becomes the group's own name. */
  adopt(folder: string, packageName: string): void {
    this.parentFolder = folder;
    this.parentPackage = packageName;
    if (this.package?.includes('_group_')) {
      this.package = `_global_.${this.package.replaceAll('_group_', this.defaultPackage)}`;
    }
  }

  /** The group that the entry belongs to, from the root. */
  get groupPath(): string {
    if (this.kind === 'group') return this.fromRoot(this.path);
    const path = this.path.replace(/^\//, '');
    const slash = path.lastIndexOf('/');
    const group = slash < 0 ? '' : path.slice(0, slash);
    if (this.path.startsWith('/') || this.parentFolder === '') return group;
    return group === '' ? this.parentFolder : `${this.parentFolder}/${group}`;
  }

  /** The config file meant, from the root, without extension. */
  get configPath(): string {
    return this.kind === 'group' ? `${this.groupPath}/${this.name ?? 'None'}` : this.fromRoot(this.path);
  }

  private fromRoot(path: string): string {
    if (path.startsWith('/')) return path.slice(1);
    return this.parentFolder === '' ? path : `${this.parentFolder}/${path}`;
  }

  /** The option of a group, the last part of a config's path; null for a group set to null. */
  get name(): string | null {
    if (this.kind === 'group') return typeof this.value === 'string' ? this.value : null;
    return this.path.slice(this.path.lastIndexOf('/') + 1);
  }

  /** The options of a group that has several. */
  get options(): readonly string[] | undefined {
    return typeof this.value === 'object' && this.value !== null ? this.value : undefined;
  }

  get isMissing(): boolean {
    return this.name === '???';
  }

  get isInterpolation(): boolean {
    const text = this.kind === 'group' ? this.value : this.path;
    return typeof text === 'string' && text.includes('${');
  }

  get defaultPackage(): string {
    return this.groupPath.replaceAll('/', '.');
  }

  /** Notes the package that the file's header asks for; a header is always meant from the root. */
  setHeader(header: string | null): void {
    if (header === null) return;
    this.header = header === '_global_' || header.startsWith('_global_.') ? header : `_global_.${header}`;
  }

  /** The package where the content goes. */
  get finalPackage(): string {
    return this.packageWith(this.package ?? this.header);
  }

  private packageWith(chosen: string | null): string {
    const parent = this.parentPackage;
    const own = chosen ?? this.relativeGroup.replaceAll('/', '.');
    const joined = parent === '' ? own : own === '' ? parent : `${parent}.${own}`;
    const root = joined.lastIndexOf('_global_');
    return root < 0 ? joined : joined.slice(root + '_global_'.length + 1);
  }

  private get relativeGroup(): string {
    const path = this.path.replace(/^\//, '');
    if (this.kind === 'group') return path;
    const slash = path.lastIndexOf('/');
    return slash < 0 ? '' : path.slice(0, slash);
  }

  /** How overrides name the group: `group`, or `group@package` where the package is not the group's own. */
  get overrideKey(): string {
    const final = this.packageWith(this.package);
    const group = this.groupPath;
    return final === this.defaultPackage ? group : `${group}@${final === '' ? '_global_' : final}`;
  }
}
