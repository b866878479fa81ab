import { askSecret } from '../../base/ask-secret.ts';
import { DevboxError } from '../../base/errors.ts';
import { readSecretLine } from '../../providers/gpulab/secret-line.ts';
import type { CommandDeps } from '../command.ts';
import type { ApiConfig } from '../settings.ts';

/** How a password was given. */
export interface PasswordSettings {
  readonly api: ApiConfig;
  /** The password itself; null where it is given in another way. */
  readonly password: string | null;
  /** It is the first line of standard input. */
  readonly fromStdin: boolean;
  /** The flags that say so, for errors. */
  readonly flags: { readonly password: string; readonly stdin: string };
}

/**
 * A password as it was given; null where it was given in no way.
 * @throws DevboxError `usage` where it was given in two ways, or where standard input has none.
 */
export async function givenPassword(settings: PasswordSettings, deps: CommandDeps): Promise<string | null> {
  const { api, password, fromStdin, flags } = settings;
  if (!fromStdin && password !== null) {
    deps.emit({
      type: 'notice',
      level: 'warning',
      message: `A password in ${flags.password} can be seen by others, in process lists and in files`,
      hint: `Pipe it in: ${flags.stdin} < FILE`,
    });
    return password;
  }
  if (!fromStdin) return null;
  if (password !== null) throw wrong(`there is a password in ${flags.password} and one on standard input`);
  if (api.provider === 'gpulab' && api.api_key === '-') {
    throw wrong('the API key and the password cannot both come from standard input');
  }
  const line = await readSecretLine(deps.context.stdin.stream);
  if (line === '') throw wrong('there is no password on standard input');
  return line;
}

/** Asks for a password on the terminal. @throws DevboxError `usage` where nobody is there to be asked. */
export async function askPassword(question: string, hint: string, deps: CommandDeps): Promise<string> {
  if (deps.interactive) {
    await deps.releaseTerminal();
    const typed = await askSecret(question, deps.context);
    if (typed !== '') return typed;
  }
  throw wrong('there is no password', hint);
}

function wrong(message: string, hint = 'Give it in one way.'): DevboxError {
  return new DevboxError('usage', message, { code: 'credentials/password', title: 'Usage Error', hint });
}
