import { execBuffered } from '../exec/buffered.ts';
import { execAnswer, execRequest } from '../wire/exec.ts';
import { endpoint } from './endpoint.ts';
import type { Routes } from './routes.ts';

/** GPULab's exec: one shell command, everything it wrote in one answer. */
export const execRoutes: Routes = (app, { engine, execRate }) => {
  endpoint(
    app,
    'POST',
    '/v1/containers/:uuid/exec',
    {
      id: 'exec',
      summary: 'Run a command by `sh -c`, and answer all it wrote',
      body: execRequest,
      answer: execAnswer,
      problems: [409, 429, 503],
    },
    async ({ params, body, request, reply }) => {
      execRate?.take(request.caller.name);
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const answer = await execBuffered(engine, params.uuid, body, gone.signal);
      request.audited.exitCode = answer.exit_code;
      return answer;
    },
  );
};
