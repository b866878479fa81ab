import { expect } from '@jest/globals';
import * as z from 'zod/mini';
import type { HttpAnswer } from '../../../src/base/http.ts';
import { unixHttp } from '../../../src/base/unix-http.ts';
import type { World } from './world.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Bare requests to the server of a world, which runs. */
export function wireOf(world: () => World) {
  const call = (method: Method, path: string, json?: unknown): Promise<HttpAnswer> => {
    const http = unixHttp(world().places.socket, 'contract test');
    return http({
      method,
      url: `http://localhost${path}`,
      timeoutSeconds: 20,
      ...(json === undefined ? {} : { json }),
    });
  };
  return {
    call,
    /** The JSON of an answer that must be a success and have this form. */
    async ok<T extends z.ZodMiniType>(schema: T, answer: Promise<HttpAnswer>): Promise<z.output<T>> {
      const { status, headers, text } = await answer;
      expect([text, status]).toEqual([text, status < 300 ? status : 200]);
      expect(headers['content-type']).toMatch(/^application\/json/);
      return z.parse(schema, JSON.parse(text));
    },
    /** Status, code and fields of an answer that must be an error with a message. */
    async problem(
      answer: Promise<HttpAnswer>,
    ): Promise<{ status: number; message: string; fields: string[] }> {
      const { status, text } = await answer;
      const { message, errors } = z.parse(
        z.object({
          message: z.string().check(z.minLength(1)),
          errors: z.optional(z.record(z.string(), z.array(z.string()))),
        }),
        JSON.parse(text),
      );
      return { status, message, fields: Object.keys(errors ?? {}) };
    },
  };
}
