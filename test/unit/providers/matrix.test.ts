import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { abilities, providerMatrix } from '../../../scripts/provider-matrix.ts';
import { commandNames } from '../../../src/commands/table.ts';
import { projectRoot } from '../../support/bin.ts';

it('docs/providers.md says what the providers declare; npm run docs writes it', () => {
  expect(readFileSync(join(projectRoot, 'docs', 'providers.md'), 'utf8')).toBe(providerMatrix());
});

it('every command in it exists', () => {
  const named = Object.values(abilities).flatMap(({ commands }) => commands);
  expect(named.filter((name) => !commandNames.includes(name))).toEqual([]);
});
