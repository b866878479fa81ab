/** A time for people: `2026-11-28 10:20 UTC`. @param iso ISO 8601, UTC; anything else comes back as it is. */
export function formatUtc(iso: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d.*Z$/.test(iso) ? `${iso.slice(0, 16).replace('T', ' ')} UTC` : iso;
}
