import { createInterface } from 'node:readline/promises';
import type { Context } from './context.ts';

/**
 * Asks a question on the terminal that has a yes or a no for an answer; anything but a yes, and no answer at all, such
 * as the end of the input, is a no. @throws what interrupts it.
 */
export async function agrees(
  question: string,
  { stdin, stderr, signal }: Pick<Context, 'stdin' | 'stderr' | 'signal'>,
): Promise<boolean> {
  const dialogue = createInterface({ input: stdin.stream, output: stderr.stream, terminal: false });
  try {
    const ended = new Promise<string>((resolve, reject) => {
      dialogue.once('close', () => resolve(''));
      const stop = (): void => {
        // The terminal shows ^C behind the question; what comes next begins a line of its own.
        if (stdin.isTTY) stderr.stream.write('\n');
        reject(signal.reason);
      };
      signal.addEventListener('abort', stop, { once: true });
    });
    const answer = await Promise.race([dialogue.question(`${question} [y/N] `), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    dialogue.close();
  }
}
