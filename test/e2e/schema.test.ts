import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Ajv, { type ValidateFunction } from 'ajv';
import { load } from 'js-yaml';
import { type Home, makeHome, projectRoot } from '../support/bin.ts';

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

const ajv = new Ajv.default({ strictTypes: false, allowMatchingProperties: true, formats: { uri: true } });

function compiled(schema: unknown): ValidateFunction {
  return ajv.compile(Object(schema));
}

/** Compiled once each: the one of the commands takes a second. */
const schemas = new Map<string, ValidateFunction>();

/** What an editor does: reads the line that names the schema, and loads it relative to the file. */
function schemaOf(file: string): ValidateFunction {
  const [, name] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(readFileSync(file, 'utf8')) ?? [];
  if (name === undefined) throw new Error(`${file} names no schema`);
  const path = resolve(dirname(file), name);
  const known = schemas.get(path) ?? compiled(JSON.parse(readFileSync(path, 'utf8')));
  schemas.set(path, known);
  return known;
}

function problemsOf(validate: ValidateFunction, yaml: string): string[] {
  return validate(load(yaml)) ? [] : (validate.errors ?? []).map((error) => ajv.errorsText([error]));
}

const shipped = ['conf', 'presets', 'examples'].flatMap((folder) =>
  readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/.test(name))
    // A workflow of a CI is no configuration of devbox.
    .filter((name) => !name.includes('github-actions'))
    .map((name) => join(folder, name)),
);

describe('an editor checks', () => {
  it.each(shipped)('%s', (name) => {
    const file = join(projectRoot, name);
    expect(problemsOf(schemaOf(file), readFileSync(file, 'utf8'))).toEqual([]);
  });
});

describe('the schema of presets', () => {
  const preset = schemaOf(join(projectRoot, 'presets/command/up_gh200.yaml'));
  const text = readFileSync(join(projectRoot, 'presets/command/up_gh200.yaml'), 'utf8');

  const right: readonly [string, string][] = [
    ['nothing yet', 'null'],
    ['one setting', 'max_retries: 3'],
    ['interpolations anywhere', 'quantity: ${oc.env:N}\ncloud_init: ${other}\nwait: {timeout: "${x}"}'],
    ['what is still to be set', 'region: ???\nwait_after_launch: ???'],
    ['a name of digits', 'instance_name: 123456'],
    ['settings of the groups', 'api: {timeout: 5.0}\nwait: {poll_interval: 1.0}\nssh: {port: 2222}'],
    ['any tag', 'tags: {team: ml}'],
    [
      'every form of a defaults list',
      `defaults:
  - up
  - _self_
  - ../up@here
  - /size: large
  - /size@small: [a, b]
  - optional /extra: null
  - override /api: local
  - override optional /wait: \${choice}`,
    ],
  ];
  it.each(right)('accepts %s', (_name, yaml) => {
    expect(problemsOf(preset, yaml)).toEqual([]);
  });

  const wrong: readonly [string, string][] = [
    ['a misspelled key', text.replace('region:', 'regoin:')],
    ['a misspelled key of a group', `${text}wait: {timout: 5.0}\n`],
    ['a misspelled key of a provider', `${text}api: {provider: local, base_url: "https://example.com"}\n`],
    ['a setting of another command', `${text}purge: true\n`],
    ['the settings of two commands', 'command: list\nregion: us-east-3'],
    ['text where a number is meant', 'max_retries: many'],
    ['a number out of bounds', 'quantity: 0'],
    ['a value that is none of the known ones', 'resource: instnces'],
    ['a list for a text', 'region: [a]'],
    ['a misspelled keyword', 'defaults: [up, {"overide /api": local}]'],
    ['a misspelled _self_', 'defaults: [up, _sefl_]'],
    ['two groups in one entry', 'defaults: [{/api: local, /wait: default}]'],
  ];
  it.each(wrong)('rejects %s', (_name, yaml) => {
    expect(problemsOf(preset, yaml)).not.toEqual([]);
  });
});

describe('devbox schema', () => {
  async function printed(...words: string[]): Promise<Record<string, unknown>> {
    const result = await home.run(['schema', ...words]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    return Object(JSON.parse(result.stdout));
  }

  it('holds what devbox composes', async () => {
    const validate = compiled(await printed());
    for (const command of ['up_gh200', 'list', 'exec']) {
      const { stdout } = await home.run(['--cfg', 'job', '--json', `command=${command}`, 'api=local']);
      expect(validate(JSON.parse(stdout))).toBe(true);
      expect(validate({ ...JSON.parse(stdout), unheard_of: 1 })).toBe(false);
    }
  });

  it('describes every setting, with its unit and its default', async () => {
    const { definitions } = await printed('command');
    const settings = Object(definitions);
    expect(settings.command_up.properties.initial_backoff).toMatchObject({
      description: expect.stringContaining('seconds'),
      default: 5,
    });
    const bare = Object.entries(settings).flatMap(([name, definition]) =>
      Object.entries(Object(Object(definition).properties))
        .filter(
          ([, schema]) =>
            !JSON.stringify(schema).includes('"description"') &&
            !Object(schema).anyOf?.[0].$ref &&
            !Object(schema).$ref,
        )
        .map(([key]) => `${name}.${key}`),
    );
    expect(bare).toEqual([]);
    expect(Object(await printed('wait')).properties.timeout).toMatchObject({ default: 900 });
    expect(Object(await printed('api')).definitions.api_local.properties.timeout).toMatchObject({
      default: 30,
    });
  });

  it('narrows to an option, whose values are the defaults', async () => {
    const schema = await printed('command/up_gh200');
    expect(Object(schema['definitions']).command_up.properties.region.default).toBe('us-east-3');
    expect(Object(schema['properties'])).not.toHaveProperty('purge');
    expect(Object(await printed('api/local')).properties).not.toHaveProperty('base_url');
  });

  it('says which schemas there are', async () => {
    const result = await home.run(['schema', 'comand']);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/devbox schema command/);
    expect((await home.run(['schema', 'command/up_gh20'])).stderr).toMatch(/up_gh200/);
  });

  it('has been built from the sources as they are', async () => {
    for (const file of readdirSync(join(projectRoot, 'dist/schema'))) {
      const built: unknown = JSON.parse(readFileSync(join(projectRoot, 'dist/schema', file), 'utf8'));
      expect({ file, schema: await printed(relative('', file).replace('.json', '')) }).toEqual({
        file,
        schema: built,
      });
    }
  });
});
