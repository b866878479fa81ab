import type { ServerResponse } from 'node:http';
import { write } from '../spoil.ts';
import type { Outcome, Refusal } from './account.ts';

/** Writes an outcome in the API's envelopes; `check` sees it first. */
export function answer(
  response: ServerResponse,
  outcome: Outcome & { readonly beside?: Record<string, unknown> },
  check?: (status: number, json: unknown) => void,
): void {
  if ('data' in outcome) {
    const { beside, ...envelope } = outcome;
    const json = { ...envelope, ...beside };
    check?.(200, json);
    write(response, 200, JSON.stringify(json));
    return;
  }
  const json = { error: withoutStatus(outcome.refusal) };
  check?.(outcome.refusal.status, json);
  write(response, outcome.refusal.status, JSON.stringify(json));
}

function withoutStatus({ code, message, suggestion }: Refusal): Record<string, string> {
  return suggestion === undefined ? { code, message } : { code, message, suggestion };
}
