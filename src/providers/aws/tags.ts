import type { Tag } from '@aws-sdk/client-ec2';
import { cleanLine } from '../../base/text.ts';

/** Tags as a mapping, free of control characters; the first of a name counts. */
export function tagsOf(tags: readonly Tag[] | undefined): Readonly<Record<string, string>> {
  const entries = (tags ?? []).map(({ Key = '', Value = '' }) => [
    cleanLine(Key, 200),
    cleanLine(Value, 300),
  ]);
  return Object.fromEntries(entries.reverse());
}

/** Tags as EC2 takes them. */
export function wireTags(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
