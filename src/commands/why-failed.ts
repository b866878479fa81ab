import { type Detail, DevboxError } from '../base/errors.ts';
import { cleanText, clip } from '../base/text.ts';
import type { Box, Provider } from '../providers/provider.ts';

/** Lines of the deploy log that an error shows. */
const shownLines = 10;

/**
 * What is known of why a box will not become ready: the provider's reason, and the last lines of its deploy log. Where
 * the log cannot be had, its absence must not hide the failure.
 */
export async function whyFailed(
  box: Box,
  provider: Pick<Provider, 'server'>,
  signal: AbortSignal,
): Promise<Detail[]> {
  const log = await deployLog(box, provider, signal);
  const lines = log.trimEnd().split('\n').slice(-shownLines);
  const last = lines.map((line) => clip(line, 190)).join('\n');
  return [
    ...(box.failure === null ? [] : [{ label: 'Reason', value: box.failure }]),
    ...(last === '' ? [] : [{ label: 'Deploy Log', value: last }]),
  ];
}

async function deployLog(
  box: Box,
  { server }: Pick<Provider, 'server'>,
  signal: AbortSignal,
): Promise<string> {
  if (!server || box.phase === 'ended' || box.phase === 'ending') return '';
  try {
    return cleanText(await server.access(box).deployLog());
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DevboxError) return '';
    throw error;
  }
}
