import { DevboxError } from '../base/errors.ts';
import { clip } from '../base/text.ts';

declare const dnsLabelBrand: unique symbol;

/** What stands before the zone in a box's name: 1 to 63 lower-case letters, digits and single inner hyphens. */
export type DnsLabel = string & { readonly [dnsLabelBrand]: true };

/** The longest label that DNS knows, in characters. */
const longest = 63;

/**
 * The label that a text stands for: lower case, with hyphens for underscores, one hyphen for several, and none at the
 * ends.
 * @throws a usage error for what is no single label: dots, wildcards, accented letters, nothing at all.
 */
export function dnsLabel(text: string): DnsLabel {
  const label = storedLabel(text);
  if (label !== null) return label;
  throw new DevboxError('usage', `${JSON.stringify(clip(text, 80))} cannot be the name of a box in DNS.`, {
    title: 'Configuration Error',
    code: 'dns/label-invalid',
    details: [{ label: 'Setting', value: 'dns_subdomain' }],
    hint: `Use 1 to ${longest} letters, digits and hyphens, without dots: dns_subdomain=my-box. The zone is added by itself.`,
  });
}

/** Like `dnsLabel` for a value that was stored once: null where it is no label, such as a whole domain name. */
export function storedLabel(text: string | null | undefined): DnsLabel | null {
  const trimmed = (text ?? '').trim();
  // Looked at before it is lowered: the Kelvin sign would become a plain k.
  if (!/^[A-Za-z0-9_-]+$/.test(trimmed)) return null;
  const label = trimmed.toLowerCase().replaceAll('_', '-').replace(/-+/g, '-').replace(/^-|-$/g, '');
  return isDnsLabel(label) ? label : null;
}

function isDnsLabel(text: string): text is DnsLabel {
  return text.length <= longest && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text);
}

/** A host or zone name as names are compared: lower case, without the dot at the end. */
export function plainName(name: string): string {
  return name.trim().toLowerCase().replace(/\.$/, '');
}
