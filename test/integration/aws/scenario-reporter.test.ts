import { expect, test } from '@jest/globals';
import { scenarioTable } from '../../support/aws/strict/scenario-reporter.mjs';

const ended = (title: string, status: string) => ({ title, status });

test('a table of scenarios has the worst outcome of each number, and in a full run those that nobody wrote', () => {
  const tests = [
    ended('scenario 2: an object of zones', 'passed'),
    ended('scenario 1: two templates', 'passed'),
    ended('scenario 1: two templates, the other way round', 'failed'),
    ended('scenario 3: parameters that are wrong', 'pending'),
    ended('something else', 'failed'),
  ];
  expect(scenarioTable(tests, false)).toBe(`Scenarios of AWS projects:
    1  passed   two templates
    1  failed   two templates, the other way round
    2  passed   an object of zones
    3  skipped  parameters that are wrong
  1 failed; 1 passed; 1 skipped`);
  expect(scenarioTable(tests, true)).toMatch(/; 119 of 122 without a test: 4, 5, 6, .*, 122$/);
  expect(scenarioTable([ended('something else', 'passed')], true)).toBeUndefined();
});
