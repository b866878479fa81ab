import { describe, expect, it } from '@jest/globals';
import Ajv from 'ajv';
import {
  type Variants,
  variantDefinitions,
  variantsSchema,
} from '../../../../src/config/json-schema/variants.ts';

const text = { type: 'string' };
const variants: Variants = {
  key: 'command',
  group: 'command',
  all: [
    { name: 'auth', properties: { realm: text, timeout: { type: 'number' } } },
    { name: 'auth_login', properties: { browser: text, timeout: text } },
  ],
  common: { command: text, defaults: {} },
};
const ajv = new Ajv.default({ strictTypes: false });
const holds = ajv.compile({ ...variantsSchema(variants), definitions: variantDefinitions(variants) });

describe('variantsSchema', () => {
  const rows: readonly [string, object, boolean][] = [
    ['settings of any kind where none is named', { realm: 'x', browser: 'x' }, true],
    ['a setting of either type where kinds share its name', { timeout: 5 }, true],
    ['no setting that no kind has', { raelm: 'x' }, false],
    ['the settings of the kind that is named', { command: 'auth', realm: 'x', timeout: 5 }, true],
    ['no settings of another kind', { command: 'auth', browser: 'x' }, false],
    ['a shared name with the type of the kind', { command: 'auth', timeout: 'x' }, false],
    ['the kind that the defaults list starts from', { defaults: ['auth'], browser: 'x' }, false],
    ['that kind under its whole path', { defaults: ['/command/auth_team'], browser: 'x' }, false],
    ['the longer of two names', { defaults: ['auth_login_team'], browser: 'x', timeout: 'x' }, true],
    ['nothing of the shorter one then', { defaults: ['auth_login'], realm: 'x' }, false],
    [
      'a kind that is named against the list',
      { command: 'auth_login', defaults: ['auth'], browser: 'x' },
      true,
    ],
  ];
  it.each(rows)('takes %s', (_name, value, expected) => {
    expect(holds(value)).toBe(expected);
  });
});
