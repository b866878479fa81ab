/** File names of a project's rc file, the first one found counts. Data only: code in a found directory is not run. */
export const rcNames = [
  '.devboxrc.yaml',
  '.devboxrc.yml',
  '.devboxrc.json',
  'devbox.config.yaml',
  'devbox.config.json',
] as const;

/** Names under which other tools look for configuration that is code. Found, it is mentioned and left alone. */
export const codeNames = ['devbox.config', '.devboxrc'].flatMap((name) =>
  ['js', 'cjs', 'mjs', 'ts', 'cts', 'mts'].map((ending) => `${name}.${ending}`),
);

/** What an rc file may say. */
export interface RcContent {
  /** Configuration tree, relative to the file; `.devbox` where there is such a folder. */
  readonly config_dir?: string | undefined;
  /** More trees, after it: paths, or `pkg:NAME/path` inside an installed package. */
  readonly searchpath?: readonly string[] | undefined;
  /** Overrides that stand before those of the command line. */
  readonly overrides?: readonly string[] | undefined;
}
