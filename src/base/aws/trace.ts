import type { Context } from '../context.ts';
import { redact } from '../redact.ts';
import { cleanLine } from '../text.ts';

/** What every client of AWS' library has, as far as tracing goes. */
interface Traceable {
  readonly middlewareStack: {
    add(
      middleware: <A extends { readonly input: object }, R>(
        next: (args: A) => Promise<R>,
        call: { readonly commandName?: string },
      ) => (args: A) => Promise<R>,
      options: { readonly step: 'initialize'; readonly name: string },
    ): void;
  };
}

/** Longest input that is told, in characters. */
const longest = 4000;

/**
 * Lets clients tell what they send and how it ended, where somebody wants to know: without user data, keys and the
 * values of parameters. Answers are not told, they may hold anything.
 */
export function tracedClient({
  trace,
  clock,
}: Pick<Context, 'trace' | 'clock'>): <C extends Traceable>(client: C) => C {
  return (client) => {
    if (!trace) return client;
    client.middlewareStack.add(
      (next, { commandName = 'request' }) =>
        async (args) => {
          const start = clock.monotonic();
          const took = (): string => `${Math.round(clock.monotonic() - start)} ms`;
          const name = commandName.replace(/Command$/, '');
          trace(`> AWS ${name} ${shown(args.input)}`);
          try {
            const answer = await next(args);
            trace(`< AWS ${name}: done in ${took()}`);
            return answer;
          } catch (error) {
            const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
            trace(`< AWS ${name}: ${cleanLine(redact(why), 1000)} in ${took()}`);
            throw error;
          }
        },
      { step: 'initialize', name: 'devboxTrace' },
    );
    return client;
  };
}

const secret = /^(UserData|KeyMaterial|PublicKeyMaterial|Value)$/;

function shown(input: object): string {
  const text = JSON.stringify(input, (key, value: unknown) =>
    secret.test(key) && typeof value !== 'object' ? '[hidden]' : value,
  );
  return redact(text.length > longest ? `${text.slice(0, longest)}…` : text);
}
