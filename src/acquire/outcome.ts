/**
 * Where a box is in its life, in one vocabulary for all providers: `pending` is on its way, `ready` can be used,
 * `stopped` keeps its disk, `failed` will not become usable, `ending` and `ended` are on their way out and gone.
 */
export type Phase = 'pending' | 'ready' | 'stopped' | 'failed' | 'ending' | 'ended';

/**
 * How one launch call ended. Only `launched` made a box; after `refused` nothing exists; after `lost` nobody knows,
 * and the call must not be repeated.
 */
export type LaunchAnswer =
  | { readonly outcome: 'launched'; readonly id: string }
  | {
      readonly outcome: 'refused';
      /** Whether trying again later can help: capacity, a rate limit, trouble at the provider; `no` is final. */
      readonly retry: 'capacity' | 'rate-limit' | 'provider' | 'no';
      readonly error: Error;
    }
  | { readonly outcome: 'lost'; readonly error: Error };
