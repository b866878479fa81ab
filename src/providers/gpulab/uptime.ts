const unitSeconds: Readonly<Record<string, number>> = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 };

/**
 * The seconds that a server's text for an uptime means: `8100`, `2h 15m`, `Up 3 days, 4 hours`, `01:02:03`, `2-01:02:03`.
 * Null where it is none of these.
 */
export function uptimeSeconds(text: string): number | null {
  if (/^\s*\d{1,12}(?:\.\d+)?\s*$/.test(text)) return Math.floor(Number(text));
  const clock = /^\s*(?:(\d{1,6})[-\s])?(\d{1,6}):(\d\d)(?::(\d\d))?\s*$/.exec(text);
  if (clock) {
    const [days = 0, hours = 0, minutes = 0, seconds = 0] = clock.slice(1).map((part) => Number(part ?? 0));
    return days * 86_400 + hours * 3600 + minutes * 60 + seconds;
  }
  // The first letter tells the units apart, save months, which nobody counts an uptime in.
  const parts = [
    ...text.matchAll(
      /(\d{1,9}(?:\.\d+)?)\s*(w|d|h|m|s)(?:eeks?|ays?|(?:ou)?rs?|in(?:ute)?s?|ec(?:ond)?s?)?\b/gi,
    ),
  ];
  if (parts.length === 0) return null;
  return Math.floor(
    parts.reduce(
      (sum, [, amount, unit = '']) => sum + Number(amount) * (unitSeconds[unit.toLowerCase()] ?? 0),
      0,
    ),
  );
}
