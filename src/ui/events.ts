/**
 * What happens while a command runs, in the order in which it happens. A command emits these and never prints;
 * a renderer reads them. Payloads are stable, wording belongs to the renderers.
 */
export type DevboxEvent =
  /** A launch request is about to be sent. */
  | {
      readonly type: 'launching';
      readonly name: string;
      readonly what: string;
      readonly attempt: number;
      readonly attempts: number;
    }
  /** A launch was refused for lack of capacity, or for now; the next one is sent after `delaySeconds`. */
  | {
      readonly type: 'retrying';
      readonly name: string;
      readonly reason: 'capacity' | 'rate-limit' | 'provider';
      /** The provider's own words. */
      readonly message: string;
      /** Launches refused so far, this one included. */
      readonly attempt: number;
      /** Launches that will be tried at most. */
      readonly attempts: number;
      readonly delaySeconds: number;
    }
  /** The provider accepted the launch. */
  | { readonly type: 'launched'; readonly name: string; readonly id: string }
  /** A box is being waited for; sent after every look at it. */
  | {
      readonly type: 'waiting';
      readonly name: string;
      readonly id: string;
      /** What the provider says of it now. */
      readonly status: string;
      readonly elapsedSeconds: number;
      readonly timeoutSeconds: number;
    }
  /** An active box is looked at until it can be used; sent after every look that did not find it so. */
  | {
      readonly type: 'checking';
      readonly name: string;
      readonly id: string;
      readonly part: CheckedPart;
      /** What the look found, in a few words. */
      readonly message: string;
      readonly elapsedSeconds: number;
      readonly timeoutSeconds: number;
    }
  /** This part of the box is as it should be. */
  | { readonly type: 'checked'; readonly name: string; readonly part: CheckedPart; readonly message: string }
  /** One look failed and is repeated; the wait goes on. */
  | { readonly type: 'poll-failed'; readonly name: string; readonly message: string }
  /** The box can be used. */
  | { readonly type: 'ready'; readonly name: string; readonly id: string; readonly elapsedSeconds: number }
  /** A file, or several under one name, is on its way; sent often. */
  | {
      readonly type: 'transferring';
      readonly name: string;
      /** Bytes that have been transferred, and all of them; null where that is not known. */
      readonly bytes: number;
      readonly total: number | null;
      readonly elapsedSeconds: number;
    }
  /** It has arrived. */
  | { readonly type: 'transferred'; readonly name: string }
  /** Something worth a line that is no progress. */
  | {
      readonly type: 'notice';
      readonly level: 'info' | 'warning';
      readonly message: string;
      readonly hint?: string;
    };

/** What is looked at, in this order, before an active box counts as usable. */
export type CheckedPart = 'ssh' | 'cloud-init' | 'gpus';

export type Emit = (event: DevboxEvent) => void;
