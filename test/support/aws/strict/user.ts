import { type BinOptions, type BinResult, type Home, makeHome } from '../../bin.ts';
import type { World } from './world.ts';

/** A user with an empty home and keys for one account, for one test. */
export interface AwsUser {
  readonly home: Home;
  readonly world: World;
  /**
   * Runs the bin against the account.
   * @throws where it ends with an exit code that no page names, or shows a stack trace.
   */
  devbox(argv: readonly string[], options?: BinOptions): Promise<BinResult>;
  /** Ends the user and the account. @throws as `World.end` does. */
  end(options?: { readonly check?: boolean }): void;
}

/** What is documented; `exec` and `run` can give the remote command's own. */
const exitCodes: readonly (number | null)[] = [0, 1, 2, 3, 4, 5, 6, 7, 130];

/**
 * @param settings put after every command's words, such as `api=aws` and limits shortened to what loopback needs.
 */
export function awsUser(world: World, settings: readonly string[] = ['api=aws']): AwsUser {
  const home = makeHome();
  return {
    home,
    world,
    async devbox(argv, { env, ...rest } = {}) {
      const result = await home.run([...argv, ...settings], { ...rest, env: { ...world.env, ...env } });
      const isKilled = result.code === null;
      if (!isKilled && !exitCodes.includes(result.code)) {
        throw new Error(`devbox ${argv.join(' ')} ended with ${result.code}:\n${result.stderr}`);
      }
      if (/^ {4}at .+:\d+:\d+\)?$/m.test(result.stdout + result.stderr)) {
        throw new Error(`devbox ${argv.join(' ')} shows a stack trace:\n${result.stderr}`);
      }
      return result;
    },
    end(options) {
      home.remove();
      world.end(options);
    },
  };
}
