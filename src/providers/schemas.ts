import type * as z from 'zod/mini';
import { type LambdaApi, lambdaApiSchema, lambdaLaunchSchema } from './lambda/schema.ts';
import { type LocalApi, localApiSchema, localLaunchSchema } from './local/schema.ts';
import type { ProviderName } from './provider.ts';

interface Schemas {
  /** The group `api`. */
  readonly api: z.ZodMiniType<LambdaApi | LocalApi>;
  /** What it needs of the settings of a command that launches. */
  readonly launch: z.ZodMiniType;
}

/** What each provider contributes to the schema of the configuration. */
export const providerSchemas: Readonly<Record<ProviderName, Schemas>> = {
  lambda: { api: lambdaApiSchema, launch: lambdaLaunchSchema },
  local: { api: localApiSchema, launch: localLaunchSchema },
};
