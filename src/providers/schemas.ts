import type * as z from 'zod/mini';
import { type AwsApi, awsApiSchema, awsLaunchSchema } from './aws/schema.ts';
import { serverLaunchSchema } from './gpulab/launch-settings.ts';
import { type GpulabApi, gpulabApiSchema } from './gpulab/schema.ts';
import { type LambdaApi, lambdaApiSchema, lambdaLaunchSchema } from './lambda/schema.ts';
import { type LocalApi, localApiSchema } from './local/schema.ts';
import type { ProviderName } from './provider.ts';

interface Schemas {
  /** The group `api`. */
  readonly api: z.ZodMiniType<LambdaApi | AwsApi | GpulabApi | LocalApi>;
  /** What it needs of the settings of a command that launches. */
  readonly launch: z.ZodMiniType;
}

/** Only what is asked for is made: one provider of them all is used, and most commands launch nothing. */
function lazily(api: () => Schemas['api'], launch: () => Schemas['launch']): Schemas {
  return {
    get api() {
      return api();
    },
    get launch() {
      return launch();
    },
  };
}

/** What each provider contributes to the schema of the configuration. */
export const providerSchemas: Readonly<Record<ProviderName, Schemas>> = {
  lambda: lazily(lambdaApiSchema, lambdaLaunchSchema),
  aws: lazily(awsApiSchema, awsLaunchSchema),
  gpulab: lazily(gpulabApiSchema, serverLaunchSchema),
  local: lazily(localApiSchema, serverLaunchSchema),
};
