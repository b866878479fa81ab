import { cleanLine } from '../../base/text.ts';
import type { Gpu } from './gpu.ts';

/** What is asked of nvidia-smi, in this order; the name is last, so that a comma in it does no harm. */
export const queryFields = [
  'index',
  'uuid',
  'memory.total',
  'memory.used',
  'utilization.gpu',
  'temperature.gpu',
  'name',
] as const;

/**
 * Reads the answer of `nvidia-smi --query-gpu=... --format=csv,noheader,nounits`.
 * @throws Error for a line that is none of its own: nothing is guessed.
 */
export function parseGpus(output: string): Gpu[] {
  return output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(parseLine);
}

function parseLine(line: string): Gpu {
  const fields = line.split(',').map((field) => field.trim());
  const [index = '', uuid = '', total = '', used = '', utilisation = '', temperature = '', ...name] = fields;
  if (!/^\d{1,4}$/.test(index) || !/^GPU-[0-9A-Za-z-]{1,80}$/.test(uuid) || name.join('') === '') {
    throw new Error(`a line of nvidia-smi is not understood: ${cleanLine(line, 200)}`);
  }
  return {
    index: Number(index),
    uuid,
    name: cleanLine(name.join(', '), 100),
    memoryMib: whole(total, line),
    memoryUsedMib: whole(used, line),
    utilisationPercent: whole(utilisation, line),
    temperatureCelsius: whole(temperature, line),
  };
}

/** A whole number; null for `[N/A]`, `[Not Supported]` and the like. */
function whole(text: string, line: string): number | null {
  if (/^\[.*\]$/.test(text) || text === 'N/A') return null;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`a line of nvidia-smi is not understood: ${cleanLine(line, 200)}`);
}
