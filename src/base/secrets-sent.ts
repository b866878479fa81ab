import type { HttpRequest } from './http.ts';
import { isSecretKey } from './redact.ts';

/** Names of mappings whose values are secret whatever they are called. */
const ofVariables = /^env(?:ironment)?(?:_?variables(?:_map)?)?$/i;
const ofHeaders = /^(?:api-key|authorization|proxy-authorization|cookie|set-cookie)$/i;

/** Whether everything under a key of a request or an answer is secret. */
export const holdsSecrets = (key: string): boolean => ofVariables.test(key) || isSecretKey(key);

/** Whether the value of a header is secret. */
export const isSecretHeader = (name: string): boolean => ofHeaders.test(name);

/** Shorter values could be any word. */
const shortest = 6;

/** The keys in the headers of a request. */
export function headerSecrets({ headers = {} }: Pick<HttpRequest, 'headers'>): string[] {
  return longestFirst(
    Object.entries(headers).flatMap(([name, value]) =>
      isSecretHeader(name) ? [value, value.replace(/^\w+ +/, '')] : [],
    ),
  );
}

/** The values in the body of a request that nobody else should see. */
export const bodySecrets = ({ json }: Pick<HttpRequest, 'json'>): string[] =>
  longestFirst(secretTexts(json, false));

const longestFirst = (texts: readonly string[]): string[] =>
  [...new Set(texts)].filter(({ length }) => length >= shortest).sort((a, b) => b.length - a.length);

function secretTexts(value: unknown, isSecret: boolean): string[] {
  if (typeof value === 'string') return isSecret ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((part) => secretTexts(part, isSecret));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => secretTexts(part, isSecret || holdsSecrets(key)));
}
