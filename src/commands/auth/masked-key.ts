/** A key as it may be shown: enough to tell keys apart, never most of one. */
export function maskedKey(key: string): string {
  const shown = key.length >= 24 ? [8, 4] : key.length >= 12 ? [2, 2] : [0, 0];
  const [start = 0, end = 0] = shown;
  return `${key.slice(0, start)}…${end === 0 ? '' : key.slice(-end)}`;
}
