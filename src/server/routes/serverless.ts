import { ApiProblem } from '../problem.ts';
import type { Routes } from './routes.ts';

/** GPULab's serverless services, of which this server has none: every call is told so, whatever it is. */
export const serverlessRoutes: Routes = (app) => {
  const refuse = async (): Promise<never> => {
    throw new ApiProblem(501, 'no-serverless', 'this server has no serverless services, only containers');
  };
  for (const path of ['/v1/serverless', '/v1/serverless/*', '/serverless/*']) app.all(path, refuse);
};
