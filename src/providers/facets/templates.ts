/** What boxes can be made from. Texts are free of control characters, save `env`; empty where nothing is said. */
export interface Template {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** `public` or `private`. */
  readonly visibility: string;
  /** `gpu` or `cpu`. */
  readonly type: string;
  readonly image: string;
  /** `8080,9000-9010` */
  readonly ports: string;
  readonly command: string;
  readonly mountPath: string;
  /** Values may be secret: shown only where asked for, cleaned there. */
  readonly env: Readonly<Record<string, string>>;
  /** Sizes in GB; null where nothing is said. */
  readonly diskGb: number | null;
  readonly volumeDiskGb: number | null;
  readonly memoryGb: number | null;
  readonly pullPolicy: string;
  readonly authorName: string;
  readonly authorUrl: string;
  readonly thumbnail: string;
  readonly notes: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What a new template is to have, or what is to change of one: what is left out stays as it is, an empty text clears. */
export interface TemplateChange {
  readonly name?: string;
  readonly image?: string;
  readonly description?: string;
  readonly visibility?: 'public' | 'private';
  readonly type?: 'gpu' | 'cpu';
  /** Ids. */
  readonly category?: number;
  readonly credential?: number;
  /** A login that the provider keeps as a credential of the template. */
  readonly registry?: string;
  readonly registryUsername?: string;
  readonly registryPassword?: string;
  readonly mountPath?: string;
  readonly ports?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly command?: string;
  readonly diskGb?: number;
  readonly volumeDiskGb?: number;
  /** Null leaves it to the provider. */
  readonly memoryGb?: number | null;
  readonly pullPolicy?: 'cached' | 'latest' | 'digest';
  readonly authorName?: string;
  readonly authorUrl?: string;
  readonly thumbnail?: string;
  readonly notes?: string;
}

export interface TemplateCategory {
  readonly id: number;
  readonly name: string;
  readonly description: string;
}

export interface TemplatesFacet {
  list(): Promise<Template[]>;
  /** The template with exactly this id as it is now. */
  get(id: string): Promise<Template>;
  categories(): Promise<TemplateCategory[]>;
  create(change: TemplateChange): Promise<Template>;
  edit(id: string, change: TemplateChange): Promise<Template>;
  remove(id: string): Promise<void>;
}
