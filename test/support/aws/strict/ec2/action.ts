import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import type { Xml } from '../xml.ts';
import type { Cloud } from './cloud.ts';

/** One operation that the layer carries out itself. */
export type Action = (params: unknown, cloud: Cloud) => Promise<Xml>;

/** A call whose parameters the layer does not have: either the client made them up, or the layer has to learn them. */
export class UnknownShape extends Error {}

/**
 * An operation from the shape of its parameters and what it does.
 * @throws {UnknownShape} for parameters that the shape does not have.
 */
export function action<S extends z.ZodType>(
  shape: S,
  run: (params: z.output<S>, cloud: Cloud) => Xml | Promise<Xml>,
): Action {
  return async (params, cloud) => {
    const read = shape.safeParse(params);
    if (!read.success) throw new UnknownShape(z.prettifyError(read.error));
    const asked: unknown = read.data;
    if (typeof asked === 'object' && asked !== null && 'DryRun' in asked && asked.DryRun === true) {
      throw new Refusal('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
    }
    return run(read.data, cloud);
  };
}
