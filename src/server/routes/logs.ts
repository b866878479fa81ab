import * as z from 'zod/mini';
import { ApiProblem } from '../problem.ts';
import { checkRequest } from '../wire/check.ts';
import type { ContainerPath, Routes } from './routes.ts';

const logsQuery = z.object({
  tail: z.optional(z.string().check(z.regex(/^\d{1,9}$/))),
  since: z.optional(z.string()),
  timestamps: z.optional(z.string()),
});

/** What a container's main process wrote, and what happened while it was made. */
export const logRoutes: Routes = (app, { engine, now }) => {
  app.get<ContainerPath>('/v1/containers/:uuid/logs', async ({ params, query }) => {
    const { tail, since, timestamps } = checkRequest(logsQuery, query);
    if (since !== undefined || timestamps === 'true') {
      throw new ApiProblem(501, 'no-times', 'this engine does not record when a line was written');
    }
    const timestamp = Math.floor(now() / 1000);
    const page = await engine.logs(params.uuid, {
      tail: Number(tail ?? 0) || null,
      since: null,
      after: null,
      stream: null,
    });
    return { logs: page.entries.map(({ text }) => `${text}\n`).join(''), timestamp };
  });

  app.get<ContainerPath>('/v1/containers/:uuid/logs/deploy', async ({ params }) => ({
    logs: await engine.deployLog(params.uuid),
  }));
};
