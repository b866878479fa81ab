import * as z from 'zod/mini';
import { isProjectName } from '../../lifecycle/names.ts';

/** What a project is called, checked before anything is asked of AWS. */
export const projectNameSchema = z.string({ error: 'must name a project' }).check(
  z.refine(isProjectName, {
    error:
      'must name a project: 1 to 63 letters (a-z, A-Z), digits and inner hyphens, not like the id of an instance',
  }),
);

/** The project that a command is about. */
export const projectShape = { project: projectNameSchema.check(z.describe('the project')) };

/** Spellings that the commands of projects share. */
export const projectFlags = { 'param-prefix': 'api.param_prefix' } as const;
