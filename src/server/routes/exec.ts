import { execBuffered } from '../exec/buffered.ts';
import { checkRequest } from '../wire/check.ts';
import { type ExecAnswer, execRequest } from '../wire/exec.ts';
import type { ContainerPath, Routes } from './routes.ts';

/** GPULab's exec: one shell command, everything it wrote in one answer. */
export const execRoutes: Routes = (app, { engine, execRate }) => {
  app.post<ContainerPath>('/v1/containers/:uuid/exec', async (request, reply): Promise<ExecAnswer> => {
    const command = checkRequest(execRequest, request.body);
    execRate?.take(request.caller.name);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const answer = await execBuffered(engine, request.params.uuid, command, gone.signal);
    request.audited.exitCode = answer.exit_code;
    return answer;
  });
};
