import { type BinOptions, type BinResult, type Home, makeHome } from './bin.ts';
import { type FakeLambda, type FakeLambdaOptions, startFakeLambda } from './fake-lambda/index.ts';

/** A user with an empty home and a key for a fake Lambda Cloud, for one test. */
export interface LambdaUser {
  readonly home: Home;
  readonly fake: FakeLambda;
  /** Runs the bin against the fake server, with limits shortened to what loopback needs. */
  devbox(argv: readonly string[], options?: BinOptions): Promise<BinResult>;
  /**
   * Ends it all.
   * @throws Error where the fake server met something that the API does not have, or a fault no request, unless told not to check.
   */
  end(options?: { readonly check?: boolean }): Promise<void>;
}

export async function lambdaUser(options: FakeLambdaOptions = {}): Promise<LambdaUser> {
  const home = makeHome();
  const fake = await startFakeLambda(options);
  const settings = [
    `api.base_url=${fake.baseUrl}`,
    ...['api.request_interval=0.0', 'api.launch_interval=0.01'],
    // Nothing answers at the addresses of its boxes.
    'wait.ssh=false',
  ];
  return {
    home,
    fake,
    devbox: (argv, { env, ...rest } = {}) =>
      home.run([...argv, ...settings], { ...rest, env: { LAMBDA_API_KEY: fake.apiKey, ...env } }),
    async end(options) {
      home.remove();
      await fake.stop(options);
    },
  };
}
