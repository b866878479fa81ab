import type { Context } from '../base/context.ts';
import { DevboxError } from '../base/errors.ts';
import { quoteValue } from './flag-value.ts';
import type { Flags } from './own-flags.ts';

/**
 * The settings that `--api-url` and `--api-key` stand for. The key is read from stdin where the flag says `-`.
 * @returns also the key, which must not be shown.
 * @throws DevboxError of kind `usage` where stdin holds none.
 */
export async function apiSettings(
  { apiKey, apiUrl }: Pick<Flags, 'apiKey' | 'apiUrl'>,
  context: Pick<Context, 'stdin'>,
): Promise<{ readonly settings: readonly string[]; readonly secret: string | undefined }> {
  const key = apiKey === '-' ? await keyOnStdin(context) : apiKey;
  return {
    settings: [
      ...(apiUrl === undefined ? [] : [`api.base_url=${quoteValue(apiUrl)}`]),
      ...(key === undefined ? [] : [`api.api_key=${quoteValue(key)}`]),
    ],
    secret: key,
  };
}

async function keyOnStdin({ stdin }: Pick<Context, 'stdin'>): Promise<string> {
  const { readSecretLine } = await import('../providers/gpulab/secret-line.ts');
  const key = await readSecretLine(stdin.stream);
  if (key !== '') return key;
  throw new DevboxError('usage', 'there is no key on stdin', {
    code: 'usage/api-key-stdin',
    title: 'Usage Error',
    hint: 'Write it into a pipe: printf %s "$KEY" | devbox --api-key - ...',
  });
}
