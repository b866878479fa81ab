import * as z from 'zod/mini';
import { defineCommand } from '../command.ts';
import { gatherBoxes } from '../list/boxes.ts';
import { columnsView } from './columns-view.ts';

export const ls = defineCommand({
  name: 'ls',
  summary: 'list boxes, a line each',
  examples: ['devbox ls', 'devbox ls --status running', 'devbox command=ls status=stopped api=gpulab --json'],
  positionals: [],
  shape: {
    status: z
      .nullable(z.string().check(z.minLength(1, 'a status such as running')))
      .check(z.describe('only boxes of this status, such as running, stopped or failed; null is all')),
  },
  async run({ status }, deps) {
    return { view: columnsView(await gatherBoxes(deps), status) };
  },
});
