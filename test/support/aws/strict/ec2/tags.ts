import type { TagSpecifications } from '../query.ts';
import { Refusal } from '../refusal.ts';
import type { Xml } from '../xml.ts';
import type { Tags } from './resources.ts';

/**
 * The tags of a request for one kind of resource.
 * @param allowed kinds that this call can tag at all.
 */
export function tagsFor(specifications: TagSpecifications, kind: string, allowed: readonly string[]): Tags {
  const tags: Tags = new Map();
  for (const { ResourceType, Tag } of specifications) {
    if (!allowed.includes(ResourceType)) {
      throw new Refusal(
        'InvalidParameterValue',
        `'${ResourceType}' is not a valid taggable resource type for this operation.`,
      );
    }
    if (ResourceType === kind) for (const { Key, Value } of Tag) setTag(tags, Key, Value);
  }
  return tags;
}

/** Sets a tag within AWS' limits: 50 of them, keys of 128 and values of 256 characters, nothing of AWS' own. */
export function setTag(tags: Tags, key: string, value: string): void {
  if (key.startsWith('aws:')) {
    throw new Refusal('InvalidParameterValue', 'Tag keys starting with aws: are reserved for internal use');
  }
  if (key.length < 1 || key.length > 128 || value.length > 256) {
    throw new Refusal('InvalidParameterValue', 'Tag keys have 1 to 128 characters, values up to 256.');
  }
  if (!tags.has(key) && tags.size >= 50) {
    throw new Refusal('TagLimitExceeded', 'More than 50 tags specified');
  }
  tags.set(key, value);
}

export function tagSet(tags: Tags): Xml {
  return [...tags].map(([key, value]) => ({ key, value }));
}
