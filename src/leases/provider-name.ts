/** The providers that there are: who a lease is with, and the values of `api.provider`. */
export const providerNames = ['lambda', 'aws', 'gpulab', 'local'] as const;

export type ProviderName = (typeof providerNames)[number];
