import type { Context } from '../context.ts';
import { withoutPartsOf } from '../overlap.ts';
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
 * Frees the errors of clients of what was secret in their requests, which AWS may quote. Where somebody wants to know, they
 * also tell what they send and how it ended: without user data, keys and the values of parameters. Answers are not told, they may
 * hold anything.
 */
export function tracedClient({
  trace,
  clock,
}: Pick<Context, 'trace' | 'clock'>): <C extends Traceable>(client: C) => C {
  return (client) => {
    client.middlewareStack.add(
      (next, { commandName = 'request' }) =>
        async (args) => {
          const start = clock.monotonic();
          const took = (): string => `${Math.round(clock.monotonic() - start)} ms`;
          const name = commandName.replace(/Command$/, '');
          trace?.(`> AWS ${name} ${shown(args.input)}`);
          try {
            const answer = await next(args);
            trace?.(`< AWS ${name}: done in ${took()}`);
            return answer;
          } catch (error) {
            // Whoever judges it by its class and its fields has to get the very one.
            if (error instanceof Error) error.message = withoutPartsOf(error.message, secretsIn(args.input));
            const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
            trace?.(`< AWS ${name}: ${cleanLine(redact(why), 1000)} in ${took()}`);
            throw error;
          }
        },
      { step: 'initialize', name: 'devboxTrace' },
    );
    return client;
  };
}

const secret = /^(UserData|KeyMaterial|PublicKeyMaterial|Value)$/;

/** The user data of a request, as it is and as it is sent, and other values that are nobody's to see. */
function secretsIn(input: unknown, isSecret = false): string[] {
  if (typeof input === 'string') return isSecret ? [input, Buffer.from(input, 'base64').toString()] : [];
  if (typeof input !== 'object' || input === null) return [];
  return Object.entries(input).flatMap(([key, value]) => secretsIn(value, userData.test(key)));
}

/** The values of tags and parameters are what errors are about: only what holds secrets by its nature counts here. */
const userData = /^(UserData|KeyMaterial)$/;

function shown(input: object): string {
  const text = JSON.stringify(input, (key, value: unknown) =>
    secret.test(key) && typeof value !== 'object' ? '[hidden]' : value,
  );
  return redact(text.length > longest ? `${text.slice(0, longest)}…` : text);
}
