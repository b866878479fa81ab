import { type BinOptions, type BinResult, type Home, makeHome } from './bin.ts';
import { type FakeGpulab, type FakeGpulabOptions, startFakeGpulab } from './fake-gpulab/index.ts';

/** A user with an empty home and a fake GPULab, for one test. */
export interface GpulabUser {
  readonly home: Home;
  readonly fake: FakeGpulab;
  /** The environment that names the server, and no key. */
  readonly address: Readonly<Record<string, string>>;
  /** Runs the bin against the fake server, with a key. */
  devbox(argv: readonly string[], options?: BinOptions): Promise<BinResult>;
  /** Runs it without one. */
  keyless(argv: readonly string[], options?: BinOptions): Promise<BinResult>;
  /** Ends it all. @throws Error where the fake server met something that the API does not have. */
  end(): Promise<void>;
}

export async function gpulabUser(options: FakeGpulabOptions = {}): Promise<GpulabUser> {
  const home = makeHome();
  const fake = await startFakeGpulab(options);
  const address = { GPULAB_API_URL: fake.baseUrl };
  const keyless: GpulabUser['keyless'] = (argv, { env, ...rest } = {}) =>
    home.run(argv, { ...rest, env: { ...address, ...env } });
  return {
    home,
    fake,
    address,
    keyless,
    devbox: (argv, { env, ...rest } = {}) =>
      keyless(argv, { ...rest, env: { GPULAB_API_KEY: fake.apiKey, ...env } }),
    async end() {
      home.remove();
      await fake.stop();
    },
  };
}
