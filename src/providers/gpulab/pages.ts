import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import type { Connection } from './connection.ts';
import { type ApiRequest, parseAnswer } from './request.ts';

/** More pages than any account has: a server that never ends is left. */
const maxPages = 200;

const metaSchema = z.catch(z.nullish(z.object({ last_page: z.nullish(z.int()) })), null);

/**
 * Everything of a list that comes in pages.
 * @param path without a query.
 * @throws DevboxError where the pages do not end.
 */
export async function readPages<T>(
  { request }: Connection,
  path: string,
  item: z.ZodMiniType<T>,
): Promise<T[]> {
  const schema = z.object({ data: z.array(item), meta: metaSchema });
  const all: T[] = [];
  for (let page = 1; page <= maxPages; page++) {
    const call: ApiRequest = { method: 'GET', path: `${path}?page=${page}` };
    const { data, meta } = parseAnswer(schema, call, await request(call));
    all.push(...data);
    if (data.length === 0 || page >= (meta?.last_page ?? 0)) return all;
  }
  throw new DevboxError('failed', `the server has more than ${maxPages} pages of this list`, {
    code: 'gpulab/endless-list',
    details: [{ label: 'Endpoint', value: `GET ${path}` }],
  });
}
