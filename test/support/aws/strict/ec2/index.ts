import { z } from 'zod';
import type { Action } from './action.ts';
import { attributeActions, isHeld, tagActions } from './attributes.ts';
import { imageActions } from './images.ts';
import { instanceActions } from './instances.ts';
import { snapshotActions } from './snapshots.ts';
import { volumeActions } from './volumes.ts';

const own: Readonly<Record<string, Action>> = {
  ...instanceActions,
  ...attributeActions,
  ...volumeActions,
  ...snapshotActions,
  ...imageActions,
};

const named = z.object({ ResourceId: z.array(z.string()) });

/** What the layer carries out itself; undefined where it is moto's. */
export function ownAction(name: string, params: unknown): Action | undefined {
  const tagging = tagActions[name];
  if (!tagging) return own[name];
  const { data } = named.safeParse(params);
  return data === undefined || data.ResourceId.some(isHeld) ? tagging : undefined;
}
