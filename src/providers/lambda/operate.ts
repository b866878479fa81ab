import type * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import type { Box, Each } from '../provider.ts';
import { boxOf } from './box.ts';
import type { Changed, LambdaClient } from './client.ts';
import { outcomeUnknown } from './errors.ts';
import { instance, restarted, terminated, type WireInstance } from './wire.ts';

/** One operation on instances: where it is asked for, and what is said where its answer was lost. */
interface Operation {
  readonly path: string;
  /** Completes "It is not known whether NAME was". */
  readonly done: string;
  readonly hint: (id: string) => string;
  /** Reads the boxes out of the answer. */
  readonly records: z.ZodMiniType<readonly WireInstance[]>;
}

const termination: Operation = {
  path: '/instance-operations/terminate',
  done: 'terminated',
  // Asking for the end of a box twice does no harm, so the way out is to do just that.
  hint: (id) => `It may still run and cost money. Ask again: devbox command=down instance_identifier=${id}`,
  records: terminated,
};

const restarting: Operation = {
  path: '/instance-operations/restart',
  done: 'restarted',
  hint: (id) => `Look at it before you ask again: devbox command=inspect instance_identifier=${id}`,
  records: restarted,
};

const renaming: Pick<Operation, 'done' | 'hint'> = { done: 'renamed', hint: restarting.hint };

/**
 * Asks for the end of one box, by its ID. Filesystems stay: they are no part of the instance.
 * @returns the box as the provider describes it now, usually `terminating`.
 * @throws DevboxError; of kind `outcome-unknown` where the answer was lost.
 */
export const terminateBox = (client: LambdaClient, box: Box): Promise<Box> =>
  operateOnOne(client, box, termination);

/** Asks for the end of several boxes with one request. */
export const terminateBoxes = (client: LambdaClient, boxes: readonly Box[]): Promise<Each> =>
  operateOnAll(client, boxes, termination);

/**
 * Restarts one box, by its ID; what is mounted by hand has to be mounted again.
 * @throws DevboxError; of kind `outcome-unknown` where the answer was lost.
 */
export const restartBox = (client: LambdaClient, box: Box): Promise<Box> =>
  operateOnOne(client, box, restarting);

/** Restarts several boxes with one request. */
export const restartBoxes = (client: LambdaClient, boxes: readonly Box[]): Promise<Each> =>
  operateOnAll(client, boxes, restarting);

async function operateOnOne(client: LambdaClient, box: Box, operation: Operation): Promise<Box> {
  const changed = await operate(client, [box], operation);
  if (changed.outcome === 'done') return mentioned(changed.value, box, operation);
  throw changed.outcome === 'refused' ? changed.error : unknown(box, changed.error, operation);
}

/**
 * Nobody says whether a request for several is carried out for some where one of them cannot be found. Asking twice for
 * each of them alone does no harm where nothing was done.
 */
async function operateOnAll(
  client: LambdaClient,
  boxes: readonly Box[],
  operation: Operation,
): Promise<Each> {
  const changed = await operate(client, boxes, operation);
  const result = new Map<string, Box | DevboxError>();
  for (const box of boxes) {
    const one = async (): Promise<Box> => {
      if (changed.outcome === 'done') return mentioned(changed.value, box, operation);
      if (changed.outcome === 'lost') throw unknown(box, changed.error, operation);
      if (changed.error.kind !== 'not-found') throw changed.error;
      return operateOnOne(client, box, operation);
    };
    result.set(box.id, await one().catch(asDevboxError));
  }
  return result;
}

function operate(
  client: LambdaClient,
  boxes: readonly Box[],
  { path, records }: Operation,
): Promise<Changed<readonly WireInstance[]>> {
  return client.change('POST', path, { instance_ids: boxes.map(({ id }) => id) }, records);
}

function asDevboxError(error: unknown): DevboxError {
  if (error instanceof DevboxError) return error;
  throw error;
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
