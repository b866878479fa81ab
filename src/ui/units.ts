/** `$1.99` of US cents. */
export function dollars(cents: number): string {
  return `$${(cents / 100).toFixed(2)}`;
}

/** `$1.99 per hour` of US cents per hour. */
export function dollarsPerHour(cents: number): string {
  return `${dollars(cents)} per hour`;
}

/** Hours in a day and in an average month, for prices. */
const hoursPerDay = 24;
const hoursPerMonth = 730;

/** `$1.99 per hour, $47.76 per day, $1452.70 per month`. */
export function priceInFull(cents: number): string {
  const perDay = dollars(cents * hoursPerDay);
  return `${dollars(cents)} per hour, ${perDay} per day, ${dollars(cents * hoursPerMonth)} per month`;
}

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** A size in binary units with one decimal: `12.5 MB` under one GB, else `1.5 GB`. */
export function binarySize(bytes: number): string {
  return bytes < gibibyte ? `${(bytes / mebibyte).toFixed(1)} MB` : `${(bytes / gibibyte).toFixed(1)} GB`;
}

/** A size of any order with at most one decimal: `812 B`, `4.2 KB`, `12.5 MB`, `1.5 GB`. */
export function byteSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < mebibyte ? `${(bytes / 1024).toFixed(1)} KB` : binarySize(bytes);
}

/** The size of a memory of so many MiB as its maker calls it: `24 GB` for 24564. */
export function memorySize(mebibytes: number): string {
  return mebibytes < 1024 ? `${mebibytes} MB` : `${Math.round(mebibytes / 1024)} GB`;
}
