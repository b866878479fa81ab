import { DevboxError } from '../../base/errors.ts';
import type { Box } from '../provider.ts';
import { boxOf } from './box.ts';
import type { LambdaClient } from './client.ts';
import { outcomeUnknown } from './errors.ts';
import { instance, restarted, terminated, type WireInstance } from './wire.ts';

/** One operation on instances: where it is asked for, and what is said where its answer was lost. */
interface Operation {
  readonly path: string;
  /** Completes "It is not known whether NAME was". */
  readonly done: string;
  readonly hint: (id: string) => string;
}

const termination: Operation = {
  path: '/instance-operations/terminate',
  done: 'terminated',
  // Asking for the end of a box twice does no harm, so the way out is to do just that.
  hint: (id) => `It may still run and cost money. Ask again: devbox command=down instance_identifier=${id}`,
};

const restarting: Operation = {
  path: '/instance-operations/restart',
  done: 'restarted',
  hint: (id) => `Look at it before you ask again: devbox command=inspect instance_identifier=${id}`,
};

const renaming: Pick<Operation, 'done' | 'hint'> = { done: 'renamed', hint: restarting.hint };

/**
 * Asks for the end of one box, by its ID. Filesystems stay: they are no part of the instance.
 * @returns the box as the provider describes it now, usually `terminating`.
 * @throws DevboxError; of kind `outcome-unknown` where the answer was lost.
 */
export async function terminateBox(client: LambdaClient, box: Box): Promise<Box> {
  const changed = await client.change('POST', termination.path, { instance_ids: [box.id] }, terminated);
  if (changed.outcome === 'done') return mentioned(changed.value.terminated_instances, box, termination);
  throw changed.outcome === 'refused' ? changed.error : unknown(box, changed.error, termination);
}

/**
 * Restarts one box, by its ID; what is mounted by hand has to be mounted again.
 * @throws DevboxError; of kind `outcome-unknown` where the answer was lost.
 */
export async function restartBox(client: LambdaClient, box: Box): Promise<Box> {
  const changed = await client.change('POST', restarting.path, { instance_ids: [box.id] }, restarted);
  if (changed.outcome === 'done') return mentioned(changed.value.restarted_instances, box, restarting);
  throw changed.outcome === 'refused' ? changed.error : unknown(box, changed.error, restarting);
}

/**
 * Gives a box another name.
 * @throws DevboxError; of kind `outcome-unknown` where the answer was lost.
 */
export async function renameBox(client: LambdaClient, box: Box, name: string): Promise<Box> {
  const path = `/instances/${encodeURIComponent(box.id)}`;
  const changed = await client.change('POST', path, { name }, instance);
  if (changed.outcome === 'done') return boxOf(changed.value);
  throw changed.outcome === 'refused' ? changed.error : unknown(box, changed.error, renaming);
}

function mentioned(records: readonly WireInstance[], box: Box, operation: Operation): Box {
  const record = records.find(({ id }) => id === box.id);
  if (record !== undefined) return boxOf(record);
  const error = new DevboxError('failed', 'The answer does not mention it.', {
    code: `lambda/not-${operation.done}`,
    details: [{ label: 'Request', value: `POST ${operation.path}` }],
  });
  throw unknown(box, error, operation);
}

function unknown(
  box: Box,
  cause: DevboxError,
  { done, hint }: Pick<Operation, 'done' | 'hint'>,
): DevboxError {
  return outcomeUnknown(cause, `It is not known whether ${box.name ?? box.id} was ${done}.`, {
    details: [{ label: 'ID', value: box.id }],
    hint: hint(box.id),
  });
}
