import { describe, expect, test } from '@jest/globals';
import { expandSweep } from '../../../src/compose/index.ts';
import { failure, tree } from './tree.ts';

describe('expanding a sweep', () => {
  test.each<[string, string[], string[][]]>([
    ['nothing is one job without overrides', [], [[]]],
    [
      'the last sweep varies fastest',
      ['a=1,2', 'b=x,y'],
      [
        ['a=1', 'b=x'],
        ['a=1', 'b=y'],
        ['a=2', 'b=x'],
        ['a=2', 'b=y'],
      ],
    ],
    ['a repeated key keeps its place and its last value', ['a=1,2', 'b=3', 'a=4'], [['a=4', 'b=3']]],
    ['a deletion is one of null', ['~a'], [['~a=null']]],
    ['booleans have capitals, quotes stay in the simple form', ["a=true,'1'"], [['a=True'], ["a='1'"]]],
    ['choice() drops quotes', ["a=choice('396')"], [['a=396']]],
    ['special characters are escaped again', ['a=x\\,y,${b}'], [['a=x\\,y'], ['a=$\\{b\\}']]],
    ['a range of floats', ['a=range(0,0.4,0.1)'], [['a=0.0'], ['a=0.1'], ['a=0.2'], ['a=0.3'], ['a=0.4']]],
    ['an empty range gives no jobs', ['a=range(3,1)', 'b=1,2'], []],
    ['keys that are floats keep their point', ['a={1.0:x}'], [['a={1.0:x}']]],
    ['containers', ['+a=[1,{b:c}],null'], [['+a=[1,{b:c}]'], ['+a=null']]],
  ])('%s', (_name, overrides, jobs) => {
    expect(expandSweep(overrides)).toEqual(jobs);
  });

  test('glob() asks for the options of the group, sorted', () => {
    const searchPath = [tree({ 'g/b1.yaml': '', 'g/a1.yaml': '', 'g/b2.yaml': '', 'g/notes.txt': '' })];
    expect(expandSweep(['g=glob(b*)'], { searchPath })).toEqual([['g=b1'], ['g=b2']]);
    expect(expandSweep(['g=glob([*],exclude=b\\[2\\])'], { searchPath })).toEqual([['g=a1'], ['g=b1']]);
    expect(expandSweep(['g=glob(z*)'], { searchPath })).toEqual([]);
  });

  test('shuffle() keeps the values', () => {
    const jobs = expandSweep(['a=shuffle(1,2,3)'], { random: () => 0 });
    expect(jobs.flat().sort()).toEqual(['a=1', 'a=2', 'a=3']);
  });

  test.each([
    'a=interval(0,1)',
    'a=range(1,2,0)',
    'a=range(0,inf)',
    'a=[choice(1,2)]',
    'a=glob(*)',
    'a=range(0,1e9)',
  ])('%s cannot be expanded', (override) => {
    expect(failure(() => expandSweep([override])).code).toMatch(/^sweep\//);
  });
});
