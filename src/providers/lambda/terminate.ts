import { DevboxError } from '../../base/errors.ts';
import type { Box } from '../provider.ts';
import { boxOf } from './box.ts';
import type { LambdaClient } from './client.ts';
import { outcomeUnknown } from './errors.ts';
import { terminated } from './wire.ts';

/**
 * Asks for the end of one box, by its ID. Filesystems stay: they are no part of the instance.
 * @returns the box as the provider describes it now, usually `terminating`.
 * @throws DevboxError; of kind `outcome-unknown` where the answer was lost.
 */
export async function terminateBox(client: LambdaClient, box: Box): Promise<Box> {
  const path = '/instance-operations/terminate';
  const changed = await client.change('POST', path, { instance_ids: [box.id] }, terminated);
  if (changed.outcome === 'refused') throw changed.error;
  if (changed.outcome === 'lost') throw unknown(box, changed.error);
  const record = changed.value.terminated_instances.find(({ id }) => id === box.id);
  if (record === undefined) {
    const error = new DevboxError('failed', 'The answer does not mention it.', {
      code: 'lambda/not-terminated',
      details: [{ label: 'Request', value: `POST ${path}` }],
    });
    throw unknown(box, error);
  }
  return boxOf(record);
}

/** Asking for the end of a box twice does no harm, so the way out is to do just that. */
function unknown(box: Box, cause: DevboxError): DevboxError {
  return outcomeUnknown(cause, `It is not known whether ${box.name ?? box.id} was terminated.`, {
    details: [{ label: 'ID', value: box.id }],
    hint: `It may still run and cost money. Ask again: devbox command=down instance_identifier=${box.id}`,
  });
}
