import type { Context } from '../base/context.ts';
import { DevboxError } from '../base/errors.ts';
import type { Flags } from './arguments.ts';
import { quoteValue } from './flag-value.ts';

/**
 * The settings that `--api-url` and `--api-key` stand for. The key is read from stdin where the flag says `-`.
 * @returns also the key, which must not be shown.
 * @throws DevboxError of kind `usage` where stdin holds none.
 */
export async function apiSettings(
  { apiKey, apiUrl }: Pick<Flags, 'apiKey' | 'apiUrl'>,
  context: Pick<Context, 'stdin'>,
): Promise<{ readonly settings: readonly string[]; readonly secret: string | undefined }> {
  const key = apiKey === '-' ? await firstLineOf(context.stdin.stream) : apiKey;
  return {
    settings: [
      ...(apiUrl === undefined ? [] : [`api.base_url=${quoteValue(apiUrl)}`]),
      ...(key === undefined ? [] : [`api.api_key=${quoteValue(key)}`]),
    ],
    secret: key,
  };
}

/** Longest input taken for a key, in characters. */
const longestKey = 4096;

async function firstLineOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.includes('\n') || text.length > longestKey) break;
  }
  const key = (text.split('\n', 1)[0] ?? '').trim();
  if (key !== '' && key.length <= longestKey) return key;
  throw new DevboxError('usage', key === '' ? 'there is no key on stdin' : 'what stands on stdin is no key', {
    code: 'usage/api-key-stdin',
    title: 'Usage Error',
    hint: 'Write it into a pipe: printf %s "$KEY" | devbox --api-key - ...',
  });
}
