import { bodyOf } from './hcl.ts';

/** Whether EventBridge would hand an event on, for patterns that only list the values that a field may have. */
export function matches(pattern: unknown, event: unknown): boolean {
  const given = bodyOf(event);
  return Object.entries(bodyOf(pattern)).every(([key, wanted]) =>
    Array.isArray(wanted) ? wanted.includes(given[key]) : matches(wanted, given[key]),
  );
}
