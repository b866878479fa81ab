import { expect, test } from '@jest/globals';
import { fastify } from 'fastify';
import * as z from 'zod/mini';
import { collectRoutes } from '../../../src/server/openapi/collect.ts';
import { openApi } from '../../../src/server/openapi/document.ts';
import { endpoint } from '../../../src/server/routes/endpoint.ts';

test('a route that does not say what it takes and answers cannot be added', () => {
  const app = fastify();
  collectRoutes(app);
  expect(() => app.get('/v1/secret', () => ({}))).toThrow('GET /v1/secret does not say what it is');
});

test('what a route declares is what it takes and what is described', async () => {
  const app = fastify();
  const routes = collectRoutes(app);
  const query = z.object({ count: z.optional(z.string().check(z.regex(/^\d+$/))) });
  const answer = z.object({ twice: z.int().check(z.describe('the double')) });
  endpoint(
    app,
    'GET',
    '/v1/doubles/:of',
    { id: 'double', summary: 'Twice', query, answer, problems: [409] },
    ({ params, query: { count = '1' } }) => ({ twice: 2 * Number(params.of) * Number(count) }),
  );
  expect((await app.inject('/v1/doubles/3?count=2')).json()).toEqual({ twice: 12 });
  expect((await app.inject('/v1/doubles/3?count=two')).statusCode).toBe(422);
  const ref = (name: string) => ({ $ref: `#/components/responses/Problem${name}` });
  expect(openApi(routes, [], '1')).toMatchObject({
    paths: {
      '/v1/doubles/{of}': {
        get: {
          operationId: 'double',
          tags: ['doubles'],
          parameters: [
            { name: 'of', in: 'path', required: true },
            { name: 'count', in: 'query', required: false, schema: { type: 'string', pattern: '^\\d+$' } },
          ],
          responses: {
            200: {
              content: {
                'application/json': {
                  schema: {
                    type: 'object',
                    properties: { twice: { type: 'integer', description: 'the double' } },
                    required: ['twice'],
                  },
                },
              },
            },
            401: ref('401'),
            404: ref('404'),
            409: ref('409'),
            422: ref('422'),
            default: ref('Other'),
          },
        },
      },
    },
  });
  await app.close();
});
