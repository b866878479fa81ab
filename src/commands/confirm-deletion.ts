import * as z from 'zod/mini';
import { agrees } from '../base/ask.ts';
import { DevboxError } from '../base/errors.ts';
import { clip } from '../base/text.ts';
import type { CommandDeps } from './command.ts';

/** The setting of commands that delete. */
export const forceShape = {
  force: z.boolean().check(z.describe('do not ask, and take a part of an id or name for the whole')),
};

/** What is about to be deleted, and how it was named. */
export interface Deletion {
  /** In words, with its id: `box train (4f1c...)`. */
  readonly what: string;
  /** What the user typed. */
  readonly typed: string;
  /** Whether that is the whole id or name, so that nothing else can have been meant. */
  readonly isExact: boolean;
  /** How the thing is named exactly, as a setting: `instance_identifier=4f1c...`. */
  readonly exactly: string;
  /** The user said `force=true`. */
  readonly force: boolean;
}

/**
 * Makes sure that a deletion is meant. On a terminal the user is asked; elsewhere the whole id or name is enough, and
 * anything shorter is not. `force=true` answers both.
 * @throws DevboxError `usage` where only a part of an id or name was given, `failed` where the user says no.
 */
export async function confirmDeletion(
  { what, typed, isExact, exactly, force }: Deletion,
  deps: Pick<CommandDeps, 'context' | 'interactive' | 'releaseTerminal'>,
): Promise<void> {
  if (force) return;
  if (deps.interactive) {
    await deps.releaseTerminal();
    if (await agrees(`Delete ${what}?`, deps.context)) return;
    throw new DevboxError('failed', 'nothing was deleted', {
      code: 'delete/declined',
      title: 'Not Deleted',
    });
  }
  if (isExact) return;
  throw new DevboxError(
    'usage',
    `${clip(typed, 100)} is only a part of what is meant by it; nothing was deleted`,
    {
      code: 'delete/inexact',
      title: 'Not Deleted',
      details: [{ label: 'Means', value: what }],
      hint: `Name it exactly: ${exactly}, or say force=true.`,
    },
  );
}
