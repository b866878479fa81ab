import type { Context } from '../base/context.ts';
import { ComposeError, type Composition } from '../compose/index.ts';
import { type ApiSettings, apiTarget, type Lease } from '../leases/lease.ts';
import type { LeaseStore } from '../leases/store.ts';
import { parseEndpoint } from '../remote/copy/endpoint.ts';
import { quoteValue } from './flag-value.ts';

/** What the choice of a provider depends on. */
export interface ApiChoice {
  readonly composition: Composition;
  readonly overrides: readonly string[];
  /** The same composition with another option of the group `api`, and settings of it. */
  readonly recompose: (api: string, settings?: ApiSettings) => Composition;
  readonly leases: LeaseStore;
  readonly context: Context;
}

/** Whether overrides say whose boxes are meant, so that records of boxes do not matter. */
export function isApiExplicit(overrides: readonly string[]): boolean {
  return overrides.some((override) => /^\+{0,2}api(|\.provider|\.base_url)=/.test(override));
}

/** The composition with the provider to ask, and the lease that decided on it, if one did. */
export interface ChosenApi {
  readonly composition: Composition;
  readonly lease: Lease | null;
}

/**
 * The composition with the provider to ask. Where the command line names none, it is the one under which a lease knows
 * the box; where nothing else in the configuration names one either, Lambda Cloud if there is a key for it, else GPULab
 * if there is one for that.
 */
export async function withApi(choice: ApiChoice): Promise<ChosenApi> {
  const { composition, overrides, recompose, leases } = choice;
  if (!isApiExplicit(overrides)) {
    const lease = await leaseNamed(composition, leases);
    if (lease) return { composition: recompose(lease.api, lease.apiSettings), lease };
  }
  const isChosen = overrides.some((override) => /^\+{0,2}api(|\.provider)=/.test(override));
  const other = isChosen ? undefined : await gpulabInstead(choice);
  return { composition: other ?? composition, lease: null };
}

/** A lease with the provider on which leases know all the boxes that the configuration names. */
async function leaseNamed(composition: Composition, leases: LeaseStore): Promise<Lease | undefined> {
  const targets = new Map<string, Lease>();
  for (const identifier of boxesIn(composition)) {
    for (const lease of (await leases.find(identifier)).leases) targets.set(apiTarget(lease), lease);
  }
  // Several providers with a box of this name: the configured one decides, as for a box without a lease.
  return targets.size === 1 ? [...targets.values()][0] : undefined;
}

/** The boxes that a configuration names, as it was written: one, several, or a side of a copy. */
function boxesIn(composition: Composition): string[] {
  const { config } = composition;
  const texts = (key: string): string[] => {
    const value = Object.hasOwn(config, key) ? config[key] : undefined;
    return [value].flat().flatMap((one, index) => {
      const place = [key, ...(Array.isArray(value) ? [index] : [])];
      const text = composition.originOf(place)?.text ?? one;
      return typeof text === 'string' ? [text] : [];
    });
  };
  if (config['command'] !== 'cp') return texts('instance_identifier');
  return ['source', 'target'].flatMap(texts).flatMap((text) => {
    const side = parseEndpoint(text);
    return side.kind === 'box' ? [side.box] : [];
  });
}

/** A composition with GPULab, where the choice was left to devbox and only GPULab can be asked. */
async function gpulabInstead({
  composition,
  recompose,
  context,
}: ApiChoice): Promise<Composition | undefined> {
  if (composition.choices['api'] !== 'default' || apiOf(composition, 'provider') !== 'lambda')
    return undefined;
  const key = apiOf(composition, 'api_key');
  // A key of GPULab must not be sent to anybody else.
  if (key !== '' && !key.startsWith('gpulab_')) return undefined;
  const other = attempt(() => recompose('gpulab'));
  if (other === undefined || apiOf(other, 'provider') !== 'gpulab') return undefined;
  return (await canAsk(other, context)) ? other : undefined;
}

async function canAsk(composition: Composition, context: Context): Promise<boolean> {
  if (apiOf(composition, 'api_key') !== '' || (context.env['GPULAB_API_KEY'] ?? '').trim() !== '')
    return true;
  const [{ addressOf }, { readStoredKey }] = await Promise.all([
    import('../providers/gpulab/address.ts'),
    import('../providers/gpulab/key-store.ts'),
  ]);
  const address = attempt(() => addressOf(apiOf(composition, 'base_url')));
  if (address === undefined) return false;
  // A server of this machine may need none, and one that is damaged is GPULab's to complain about.
  return address.isLocal || (await readStoredKey(context.paths, address).catch(() => true)) !== null;
}

/** A setting of the provider as text, resolved; empty where it is not set. */
function apiOf(composition: Composition, key: string): string {
  const value = attempt(() => composition.part({ path: `api.${key}`, resolve: true }))?.value;
  return typeof value === 'string' ? value.trim() : '';
}

/** Undefined where the configuration is wrong: that is said where it is used. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof ComposeError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Settings of a lease's provider as overrides. */
export function apiOverrides(settings: ApiSettings): string[] {
  return Object.entries(settings).map(
    ([key, value]) => `++api.${key}=${typeof value === 'string' ? quoteValue(value) : value}`,
  );
}
