import type * as z from 'zod/mini';
import type { Declaration } from '../routes/endpoint.ts';
import { problemWire } from '../wire/answers.ts';
import { extensionMeanings } from '../wire/capabilities.ts';
import type { Collected } from './collect.ts';
import { type Json, type Schemas, translate } from './schemas.ts';

/** A WebSocket, as the description tells of it. */
export interface SocketFacts {
  /** `/terminal/{secret}/ws` */
  readonly path: string;
  readonly protocol: string;
  readonly summary: string;
}

/** What each error says in general; its body says the rest. */
const problemMeanings: Readonly<Record<number, string>> = {
  400: 'The request is malformed',
  401: 'No API key, or one that is none of this server',
  403: 'The server may not do that',
  404: 'There is no such thing',
  409: 'The state of the thing does not allow it, or its name is taken',
  413: 'There is no room for it',
  415: 'The body is of a type that is not taken here',
  416: 'The file does not reach that far',
  422: 'Something in the request is wrong; `errors` says what, by field',
  429: 'Too many commands; `Retry-After` says when the next one may come',
  501: 'The server does not have this',
  503: 'Something that the server needs does not work now',
};

const parameterMeanings: Readonly<Record<string, string>> = {
  uuid: 'id of a container',
  volume: 'id or name of a volume',
  template: 'id or name of a template',
  id: 'number of the thing',
  rest: 'anything',
};

/** The OpenAPI 3.1 document of a server, made of what its routes declare. */
export function openApi(
  routes: readonly Collected[],
  sockets: readonly SocketFacts[],
  version: string,
): Json {
  const taken = translate(
    routes.flatMap(({ declaration: { query, body } }) => [query, body].filter((each) => each !== undefined)),
    'taken',
  );
  const given = translate(
    [
      problemWire,
      ...routes.flatMap(({ declaration: { answer } }) => (typeof answer === 'string' ? [] : [answer])),
    ],
    'given',
  );
  const paths: Record<string, Record<string, Json>> = {};
  for (const { method, path, declaration } of routes) {
    const template = path.replace(/:(\w+)/g, '{$1}').replace('*', '{rest}');
    paths[template] = {
      ...paths[template],
      [method.toLowerCase()]: operation(template, declaration, taken, given),
    };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'devbox box server',
      version,
      description:
        'GPULab’s v1 API, served by one machine for its team. Every path is also there below `/api`. ' +
        'What is beyond GPULab’s API is named in `GET /v1/capabilities`; `x-extensions` says what the names mean.',
    },
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: {
        key: {
          type: 'apiKey',
          in: 'header',
          name: 'api-key',
          description: 'Made by `devbox serve keys add NAME`. A server on a private socket needs none.',
        },
      },
      responses: problems(given),
      schemas: Object.fromEntries(
        Object.entries({ ...taken.named, ...given.named }).sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    },
    'x-websockets': sockets,
    'x-extensions': extensionMeanings,
  };
}

function operation(path: string, declaration: Declaration, taken: Schemas, given: Schemas): Json {
  const { id, summary, notes, query, body, stream, answer, created, open } = declaration;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const content =
    stream === undefined
      ? body && { 'application/json': { schema: taken.of(body) } }
      : { [stream]: { schema: { type: 'string', format: 'binary' } } };
  return {
    operationId: id,
    tags: [/^\/v1\/(\w[\w-]*)/.exec(path)?.[1] ?? 'server'],
    summary,
    ...(notes === undefined ? {} : { description: notes }),
    ...(open ? { security: [] } : {}),
    parameters: [
      ...inPath.map((name) => ({
        name,
        in: 'path',
        required: true,
        description: parameterMeanings[name] ?? name,
        schema: { type: 'string' },
      })),
      ...(query ? inQuery(taken.of(query)) : []),
    ],
    ...(content ? { requestBody: { required: stream === undefined, content } } : {}),
    responses: {
      ...(answer === 'none' ? {} : { [created ? 201 : 200]: success(answer, given) }),
      ...(answer === 'bytes' ? { 206: success(answer, given) } : {}),
      ...Object.fromEntries(problemsOf(path, declaration).map((status) => [status, problemAt(status)])),
      default: problemAt('Other'),
    },
  };
}

function inQuery({ properties, required }: Json): Json[] {
  const needed = new Set(Array.isArray(required) ? required : []);
  return Object.entries(properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: needed.has(name),
    schema,
  }));
}

/** Those that the route declares, and those that follow from what it takes. */
function problemsOf(path: string, { query, body, open, problems = [] }: Declaration): number[] {
  const following = [
    ...(open ? [] : [401]),
    ...(path.includes('{') ? [404] : []),
    ...(body ? [400, 413] : []),
    ...(query || body ? [422] : []),
  ];
  return [...new Set([...following, ...problems])].sort((a, b) => a - b);
}

function success(answer: z.ZodMiniType | 'bytes' | 'none', given: Schemas): Json {
  if (answer === 'none') return { description: 'Never' };
  const content =
    answer === 'bytes'
      ? { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }
      : { 'application/json': { schema: given.of(answer) } };
  return { description: 'Done', content };
}

const problemAt = (status: number | 'Other'): Json => ({ $ref: `#/components/responses/Problem${status}` });

/** The answers to problems, each of which many operations have. */
function problems(given: Schemas): Json {
  const content = { 'application/json': { schema: given.of(problemWire) } };
  const after = { 'Retry-After': { description: 'seconds', schema: { type: 'integer' } } };
  return {
    ...Object.fromEntries(
      Object.entries(problemMeanings).map(([status, description]) => [
        `Problem${status}`,
        { description, ...(status === '429' ? { headers: after } : {}), content },
      ]),
    ),
    ProblemOther: { description: 'Any other error', content },
  };
}
