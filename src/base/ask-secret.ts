import { ReadStream } from 'node:tty';
import type { Context } from './context.ts';
import { interrupted } from './errors.ts';

/**
 * Asks for something on the terminal that must not be seen: nothing of what is typed or pasted is shown. Ends with the
 * line, or with the input.
 * @throws DevboxError of kind `interrupted` at Ctrl-C.
 */
export async function askSecret(
  question: string,
  { stdin, stderr, signal }: Pick<Context, 'stdin' | 'stderr' | 'signal'>,
): Promise<string> {
  const { stream } = stdin;
  const terminal = stream instanceof ReadStream ? stream : undefined;
  const leave = new AbortController();
  terminal?.setRawMode(true);
  stderr.stream.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      let typed = '';
      const onData = (data: Buffer | string): void => {
        for (const character of data.toString().replace(escapeSequences, '')) {
          if (character === ctrlC) reject(interrupted('Interrupted. Nothing was stored.'));
          else if ('\r\n'.includes(character) || character === endOfInput) resolve(typed);
          else typed = character === ctrlU ? '' : edited(typed, character);
        }
      };
      const onEnd = (): void => resolve(typed);
      stream.on('data', onData).on('end', onEnd);
      leave.signal.addEventListener('abort', () => stream.off('data', onData).off('end', onEnd));
      signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: leave.signal });
    });
  } finally {
    leave.abort();
    stream.pause();
    terminal?.setRawMode(false);
    stderr.stream.write('\n');
  }
}

/** Keys that type nothing, such as arrows, and what a terminal puts around what is pasted. */
const escapeSequences = /\u001b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z])/g;
const ctrlC = '\u0003';
const endOfInput = '\u0004';
const ctrlU = '\u0015';

function edited(typed: string, character: string): string {
  if (character === '\u007f' || character === '\b') return [...typed].slice(0, -1).join('');
  return character < ' ' ? typed : typed + character;
}
