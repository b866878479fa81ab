import type { Failure } from '../../base/errors.ts';

/** What devbox makes of one code of the API. */
export interface CodeMeaning {
  readonly kind: Failure;
  /** Whether asking the same again later can help a launch, and why it was refused. */
  readonly retry: 'capacity' | 'provider' | 'no';
  /** What to do about it, in devbox's own words. */
  readonly hint?: string;
}

const list = (resource: string): string => `devbox command=list resource=${resource}`;

const whatThereIs = `See what there is: ${list('instances')}, or another resource.`;
const trouble = 'Trouble at Lambda Cloud: try again later.';
const endUsers = `End the boxes that use it first: ${list('instances')}`;

/**
 * Every code that the API's descriptions 1.8.3 and 1.10.0 name. Codes outside this table are kept as they came and
 * judged by their prefix and the HTTP status.
 */
const known = {
  'instance-operations/launch/insufficient-capacity': {
    kind: 'no-capacity',
    retry: 'capacity',
    hint: `See where there is capacity now: ${list('instance_types')}`,
  },
  'instance-operations/launch/file-system-in-wrong-region': {
    kind: 'failed',
    retry: 'no',
    hint: `A filesystem can only be used in its own region. See which: ${list('filesystems')} available_only=false`,
  },
  'global/invalid-api-key': {
    kind: 'unauthorised',
    retry: 'no',
    hint: 'Create a key in the Lambda Cloud dashboard (API keys) and type: export LAMBDA_API_KEY=...',
  },
  'global/account-inactive': {
    kind: 'unauthorised',
    retry: 'no',
    hint: 'Lambda Cloud has deactivated the account of this key: see its dashboard, or ask its support.',
  },
  'global/forbidden': {
    kind: 'unauthorised',
    retry: 'no',
    hint: 'The key is valid but may not do this: use a key of an account member who may.',
  },
  'global/invalid-address': {
    kind: 'failed',
    retry: 'no',
    hint: 'Lambda Cloud wants a valid billing address before it creates anything: see its dashboard.',
  },
  'global/quota-exceeded': {
    kind: 'failed',
    retry: 'no',
    hint: `See what the account already has: ${list('instances')}`,
  },
  'global/invalid-parameters': {
    kind: 'failed',
    retry: 'no',
    hint: 'Compare the settings with --cfg job and with what the lists of types, images and keys show.',
  },
  'global/duplicate': { kind: 'failed', retry: 'no', hint: 'Take another name.' },
  'global/object-does-not-exist': { kind: 'not-found', retry: 'no', hint: whatThereIs },
  'global/not-found': { kind: 'not-found', retry: 'no', hint: whatThereIs },
  'global/conflict': {
    kind: 'failed',
    retry: 'no',
    hint: 'Something else is being done to it at the moment: try again when that is over.',
  },
  'global/internal-error': { kind: 'failed', retry: 'no', hint: trouble },
  'filesystems/filesystem-in-use': { kind: 'failed', retry: 'no', hint: endUsers },
  'firewall-rulesets/firewall-ruleset-in-use': { kind: 'failed', retry: 'no', hint: endUsers },
} as const satisfies Readonly<Record<string, CodeMeaning>>;

export type KnownCode = keyof typeof known;

/** Errors of the services behind Lambda's own; there is no list of them. */
export type ProviderCode = `provider/${string}`;

/** A code as the API gave it. Unknown ones are kept: they are shown, and a later version may bring more. */
export type ApiCode =
  | { readonly known: true; readonly text: KnownCode }
  | { readonly known: 'provider'; readonly text: ProviderCode }
  | { readonly known: false; readonly text: string };

export function apiCode(text: string): ApiCode {
  if (isKnown(text)) return { known: true, text };
  if (isProvider(text)) return { known: 'provider', text };
  return { known: false, text };
}

/**
 * What an error means for the user and for a retry, by its code first and by its HTTP status where the code says
 * nothing (or there is none).
 */
export function meaningOf(code: ApiCode | undefined, status: number): CodeMeaning {
  if (code?.known === true) return known[code.text];
  if (code?.known === 'provider') {
    return {
      kind: 'failed',
      retry: 'provider',
      hint: 'Trouble behind Lambda Cloud itself: try again later.',
    };
  }
  return byStatus(status, code !== undefined);
}

function byStatus(status: number, isApiError: boolean): CodeMeaning {
  if (status === 401) return known['global/invalid-api-key'];
  if (status === 403) return known['global/forbidden'];
  if (status === 404 && isApiError) return known['global/not-found'];
  if (status === 429) {
    return {
      kind: 'failed',
      retry: 'no',
      hint: 'Too many requests: wait a minute. Other programs with a key of this account count as well.',
    };
  }
  if (status >= 500) {
    return { kind: 'failed', retry: 'no', hint: trouble };
  }
  if (isApiError) return { kind: 'failed', retry: 'no' };
  return {
    kind: 'failed',
    retry: 'no',
    hint: 'This does not look like the Lambda Cloud API: check api.base_url and any proxy in between.',
  };
}

function isKnown(text: string): text is KnownCode {
  return Object.hasOwn(known, text);
}

function isProvider(text: string): text is ProviderCode {
  return text.startsWith('provider/');
}
