import * as z from 'zod/mini';
import type { BinResult } from '../bin.ts';

const text = z.string().check(z.minLength(1));
const errorShape = z.object({
  error: z.object({ code: text, message: text, hint: text, exit: z.number() }),
});

/** How a run with `--json` ended, in a few words, and what is wrong with that. */
export function endOf(result: BinResult | 'hangs', isKilled: boolean): { end: string; wrong: string[] } {
  if (result === 'hangs') return { end: 'hangs', wrong: ['it never ends'] };
  const { code, stderr } = result;
  if (code === null) return { end: 'killed', wrong: isKilled ? [] : ['it was killed by nobody'] };
  const wrong = isKilled ? [`it ended with ${code} before it was killed`] : [];
  if (/\n {4}at /.test(stderr)) wrong.push(`a stack trace: ${stderr}`);
  if (code === 0) return { end: '0', wrong };
  const parsed = z.safeParse(errorShape, parseJson(stderr.slice(stderr.indexOf('{\n  "error"'))));
  if (!parsed.success) return { end: String(code), wrong: [...wrong, `no whole error: ${stderr}`] };
  const { error } = parsed.data;
  if (error.exit !== code) wrong.push(`it ends with ${code} and says ${error.exit}`);
  if (error.code === 'internal') wrong.push(`an error of devbox's own: ${stderr}`);
  return { end: `${code} \`${error.code}\``, wrong };
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
