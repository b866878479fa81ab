import { ApiProblem } from '../problem.ts';
import { endpoint, type Method } from './endpoint.ts';
import type { Routes } from './routes.ts';

const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'DELETE'];
const paths = { serverless: '/v1/serverless', serverlessPart: '/v1/serverless/*', invoke: '/serverless/*' };

/** GPULab's serverless services, of which this server has none: every call is told so, whatever it is. */
export const serverlessRoutes: Routes = (app) => {
  for (const method of methods) {
    for (const [id, path] of Object.entries(paths)) {
      endpoint(
        app,
        method,
        path,
        {
          id: `${id}${method.charAt(0)}${method.slice(1).toLowerCase()}`,
          summary: 'There are no serverless services here',
          answer: 'none',
          problems: [501],
        },
        () => {
          throw new ApiProblem(
            501,
            'no-serverless',
            'this server has no serverless services, only containers',
          );
        },
      );
    }
  }
};
