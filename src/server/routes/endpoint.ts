import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type * as z from 'zod/mini';
import { checkRequest } from '../wire/check.ts';
import type { Wire } from '../wire/wire.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** What a route says of itself: held against each request, and told in `/openapi.json`. */
export interface Declaration {
  /** Unique among all routes: `listContainers`. */
  readonly id: string;
  readonly summary: string;
  /** What one should know beyond that. */
  readonly notes?: string;
  /** An object with a text for each parameter. */
  readonly query?: z.ZodMiniType;
  /** A JSON body. */
  readonly body?: z.ZodMiniType;
  /** Media type of a body that is no JSON; the handler reads it from the request. */
  readonly stream?: string;
  /** Of a success; `bytes` for the content of a file, with ranges; `none` where there never is one. */
  readonly answer: z.ZodMiniType | 'bytes' | 'none';
  /** A success is answered with 201 instead of 200. */
  readonly created?: boolean;
  /** Statuses of errors beside those that every such route has. */
  readonly problems?: readonly number[];
  /** Needs no API key. */
  readonly open?: boolean;
  /** Largest JSON body in bytes, where it is not the server's own. */
  readonly bodyLimit?: number;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    declaration?: Declaration;
  }
}

/** A request after it was held against its route's declaration. */
export interface Call<Path extends string = string, Query = unknown, Body = unknown> {
  readonly params: Readonly<Record<NameIn<Path>, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** The names in a path: those of `/v1/things/:thing/parts/:part` are `thing` and `part`. */
type NameIn<Path extends string> = Path extends `${string}:${infer Rest}`
  ? Rest extends `${infer Name}/${infer Tail}`
    ? Name | NameIn<`/${Tail}`>
    : Rest
  : never;

/**
 * Adds a route. What its handler gets has passed the declared schemas, and what it answers is of the declared type.
 * A query or a body that is wrong is answered with 422 before the handler hears of it.
 */
export function endpoint<
  Path extends string,
  Query extends z.ZodMiniType,
  Body extends z.ZodMiniType,
  Answer extends z.ZodMiniType,
>(
  app: FastifyInstance,
  method: Method,
  path: Path,
  declaration: Declaration & { readonly query?: Query; readonly body?: Body; readonly answer: Answer },
  handle: (call: Call<Path, z.output<Query>, z.output<Body>>) => Wire<Answer> | Promise<Wire<Answer>>,
): void;
/** One that does not answer with JSON. */
export function endpoint<Path extends string, Query extends z.ZodMiniType>(
  app: FastifyInstance,
  method: Method,
  path: Path,
  declaration: Declaration & { readonly query?: Query; readonly answer: 'bytes' | 'none' },
  handle: (call: Call<Path, z.output<Query>>) => FastifyReply | Promise<FastifyReply>,
): void;
// Without the types of one route; the signatures above tie them together for whoever calls this.
export function endpoint(
  app: FastifyInstance,
  method: Method,
  path: string,
  declaration: Declaration,
  handle: (call: Call) => unknown,
): void {
  const { query, body, created, bodyLimit } = declaration;
  app.route<{ Params: Record<string, string> }>({
    method,
    url: path,
    config: { declaration },
    ...(bodyLimit === undefined ? {} : { bodyLimit }),
    async handler(request, reply) {
      const answer = await handle({
        params: request.params,
        query: query && checkRequest(query, request.query),
        body: body && checkRequest(body, request.body),
        request,
        reply,
      });
      if (created) reply.code(201);
      return answer;
    },
  });
}
