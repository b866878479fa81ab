import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../support/bin.ts';

/** An empty project in which the packed devbox is installed, without asking any registry. */
let project: string;
let packed: readonly string[];

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'devbox-package-'));
  const report = execFileSync(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--silent', '--pack-destination', project],
    { cwd: projectRoot, encoding: 'utf8' },
  );
  const [{ filename, files }] = JSON.parse(report);
  packed = files.map(({ path }: { path: string }) => path);
  const target = join(project, 'node_modules', 'devbox');
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', join(project, filename), '-C', target, '--strip-components=1']);
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }\n');
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const uses = `
const override = parseOverride('a.b=[1,x]');
const root = mkdtempSync(join(tmpdir(), 'conf-'));
writeFileSync(join(root, 'config.yaml'), 'a: {b: 1, c: "\${a.b}"}\\n');
const composition = compose({ searchPath: [root], configName: 'config', overrides: ['a.b=2'] });
process.stdout.write(JSON.stringify({
  override,
  resolved: composition.resolve(),
  origin: composition.originOf('a.c'),
  jobs: expandSweep(['a=1,2', 'b=x']),
}));
rmSync(root, { recursive: true });
`;
const imports = `
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose, expandSweep, parseOverride } from 'devbox/compose';
`;

function runIn(cwd: string): Record<string, unknown> {
  const argv = ['--input-type=module', '--eval', imports + uses];
  return JSON.parse(execFileSync(process.execPath, argv, { cwd, encoding: 'utf8' }));
}

describe('devbox/compose', () => {
  it.each([
    ['an empty project', () => project],
    ['the repository itself', () => projectRoot],
  ])('is there for %s', (_name, cwd) => {
    expect(runIn(cwd())).toEqual({
      override: {
        type: 'change',
        key: 'a.b',
        package: null,
        value: [1, 'x'],
        hasValue: true,
        isSweep: false,
        text: 'a.b=[1,x]',
      },
      resolved: { a: { b: 2, c: 2 } },
      origin: expect.objectContaining({ kind: 'file', line: 1, column: 14, text: '${a.b}' }),
      jobs: [
        ['a=1', 'b=x'],
        ['a=2', 'b=x'],
      ],
    });
  });

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('has types for module %s and resolution %s', (module, moduleResolution) => {
    writeFileSync(
      join(project, 'consumer.ts'),
      `import { ComposeError, type Composition, compose, expandSweep, type Origin, parseOverride } from 'devbox/compose';
const composition: Composition = compose({ searchPath: ['conf'], configName: 'config', overrides: [] });
const origin: Origin | undefined = composition.originOf('a.b');
export const where: string = origin?.kind === 'file' ? origin.file : (origin?.override ?? '');
export const kind: 'change' | 'add' | 'force-add' | 'delete' = parseOverride('a=1').type;
export const jobs: string[][] = expandSweep(['a=1,2']);
export const isOurs = (error: unknown): string => (error instanceof ComposeError ? error.code : '');
// @ts-expect-error there is no config without a name
compose({ searchPath: [], overrides: [] });
// @ts-expect-error an override is a text
parseOverride(1);
`,
    );
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2022'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      types: [],
    };
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['consumer.ts'] }),
    );
    const compiler = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc');
    expect(complaints([compiler, '--project', project])).toBe('');
  });
});

/** What the compiler prints: nothing where all is right. */
function complaints(argv: readonly string[]): string {
  try {
    return execFileSync(process.execPath, argv, { encoding: 'utf8', cwd: project });
  } catch (error) {
    return typeof error === 'object' && error !== null && 'stdout' in error
      ? String(error.stdout)
      : String(error);
  }
}

describe('the package', () => {
  it('holds what is needed and nothing else', () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        'README.md',
        'LICENSE',
        'CHANGELOG.md',
        'conf/config.yaml',
        'presets/command/up_gh200.yaml',
        'dist/main.js',
        'dist/compose.mjs',
        'dist/types/compose/index.d.ts',
        'dist/functions.zip',
        'infra/aws/main.tf',
        'infra/aws/README.md',
      ]),
    );
    const strangers = packed.filter(
      (path) =>
        !/^(?:dist|conf|presets|examples)\/|^infra\/aws\/(?:[\w-]+\/)*(?:[\w-]+\.tf|README\.md)$|^(?:README|CHANGELOG)\.md$|^LICENSE$|^package\.json$/.test(
          path,
        ),
    );
    expect(strangers).toEqual([]);
    expect(packed.filter((path) => /(?<!\.d)\.tsx?$|\.map$|\.test\./.test(path))).toEqual([]);
  });

  it('holds nothing of what Terraform leaves beside the module', () => {
    const copy = mkdtempSync(join(tmpdir(), 'devbox-package-infra-'));
    try {
      cpSync(join(projectRoot, 'package.json'), join(copy, 'package.json'));
      const left = [
        '.terraform/providers/registry/provider',
        '.terraform/modules/other/main.tf',
        '.terraform.lock.hcl',
        'terraform.tfstate',
        'terraform.tfstate.backup',
        'terraform.tfvars',
        'mine.tfplan',
      ];
      for (const path of ['main.tf', 'modules/vpc/main.tf', 'README.md', ...left]) {
        const file = join(copy, 'infra', 'aws', path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, '\n');
      }
      const argv = ['pack', '--dry-run', '--ignore-scripts', '--json', '--silent'];
      const [{ files }] = JSON.parse(execFileSync('npm', argv, { cwd: copy, encoding: 'utf8' }));
      expect(files.map(({ path }: { path: string }) => path).sort()).toEqual([
        'infra/aws/README.md',
        'infra/aws/main.tf',
        'infra/aws/modules/vpc/main.tf',
        'package.json',
      ]);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });

  it('keeps the doc comments', () => {
    const file = join(project, 'node_modules', 'devbox', 'dist', 'types', 'compose', 'compose.d.ts');
    expect(readFileSync(file, 'utf8')).toContain('/** Where the value at a path');
  });

  it('runs as devbox', () => {
    const main = join(project, 'node_modules', 'devbox', 'dist', 'main.js');
    const env = { PATH: process.env['PATH'], HOME: project };
    const output = execFileSync(process.execPath, [main, '--cfg', 'job', '-p', 'wait'], {
      env,
      cwd: project,
    });
    expect(output.toString()).toContain('poll_interval: 5.0');
  });
});
