import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { nvidiaSmi } from '../../../src/server/gpus/nvidia-smi.ts';
import { parseGpus } from '../../../src/server/gpus/parse.ts';

test('what nvidia-smi does not say is null, and a name may have a comma', () => {
  expect(parseGpus('0, GPU-1, [N/A], 5, [Not Supported], N/A, Odd, Name\n\n')).toEqual([
    {
      index: 0,
      uuid: 'GPU-1',
      name: 'Odd, Name',
      memoryMib: null,
      memoryUsedMib: 5,
      utilisationPercent: null,
      temperatureCelsius: null,
    },
  ]);
});

test.each([
  'Something else',
  '0, GPU-1, 24564, 5, 1, 40',
  'x, GPU-1, 24564, 5, 1, 40, Name',
  '0, ../etc, 24564, 5, 1, 40, Name',
  '0, GPU-1, 24564 MiB, 5, 1, 40, Name',
])('a line that is none is refused: %s', (line) => {
  expect(() => parseGpus(line)).toThrow('is not understood');
});

describe('nvidia-smi', () => {
  let directory: string;
  let path: string | undefined;
  const install = (script: string): void => {
    writeFileSync(join(directory, 'nvidia-smi'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(directory, 'nvidia-smi'), 0o755);
  };
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'devbox-nvidia-'));
    path = process.env['PATH'];
    process.env['PATH'] = directory;
  });
  afterEach(() => {
    process.env['PATH'] = path;
    rmSync(directory, { recursive: true, force: true });
  });

  test('that is not there means a machine without GPUs', async () => {
    expect(await nvidiaSmi(() => 0)()).toEqual([]);
  });

  test('that finds none says so in its own way', async () => {
    install('echo "No devices were found"; exit 6');
    expect(await nvidiaSmi(() => 0)()).toEqual([]);
  });

  test('that fails is a failure, in its own words', async () => {
    install('echo "cannot talk to the driver"; exit 9');
    await expect(nvidiaSmi(() => 0)()).rejects.toMatchObject({
      status: 503,
      message: expect.stringContaining('cannot talk to the driver'),
    });
  });

  test('that hangs is given up', async () => {
    install('exec /bin/sleep 3003');
    await expect(nvidiaSmi(() => 0, 200)()).rejects.toMatchObject({
      status: 503,
      message: expect.stringContaining('did not answer within 0.2 s'),
    });
  });

  test('is run once for all who ask within a moment', async () => {
    install(`echo run >> ${directory}/runs; echo "0, GPU-1, 1, 1, 1, 1, One"`);
    let now = 0;
    const read = nvidiaSmi(() => now);
    await Promise.all([read(), read()]);
    await read();
    const runs = (): number => readFileSync(join(directory, 'runs'), 'utf8').split('\n').length - 1;
    expect(runs()).toBe(1);
    now = 5_000;
    await read();
    expect(runs()).toBe(2);
  });
});
