/**
 * Seconds with one decimal and their unit: `12.0s`. Exact halves go to the even neighbour, as in Python, so that
 * 11.25 reads `11.2s` where `toFixed` would say 11.3.
 */
export function formatSeconds(seconds: number): string {
  // A double stands exactly between two tenths only at a quarter: x.25 or x.75.
  const quarters = seconds * 4;
  const isTie = Number.isInteger(quarters) && quarters % 2 !== 0;
  if (!isTie) return `${seconds.toFixed(1)}s`;
  const below = Math.floor(seconds * 10);
  return `${((below % 2 === 0 ? below : below + 1) / 10).toFixed(1)}s`;
}
