import * as z from 'zod/mini';

/** What the rc file of a project may say. */
export const rcSchema = z.strictObject({
  config_dir: z
    .optional(z.string())
    .check(z.describe("the project's own configuration tree; .devbox if there is one")),
  searchpath: z
    .optional(z.array(z.string()))
    .check(z.describe('more trees after it: directories, or pkg:NAME/path inside an installed package')),
  overrides: z
    .optional(z.array(z.string()))
    .check(z.describe('overrides that stand before those of the command line, each key=value')),
});
