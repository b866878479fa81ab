import { cleanLine } from '../../base/text.ts';
import type { Account } from '../facets/account.ts';
import { type ApiRequest, parseAnswer, type Requester } from './request.ts';
import { accountSchema } from './wire.ts';

/** Whose key the requests are made with. */
export async function readAccount(request: Requester): Promise<Account> {
  const call: ApiRequest = { method: 'GET', path: '/v1/account' };
  const { name, email, team, container_count } = parseAnswer(accountSchema, call, await request(call));
  return {
    name: clean(name),
    email: clean(email),
    team: clean(team?.name),
    boxes: container_count ?? null,
  };
}

const clean = (text: string | null | undefined): string | null =>
  text ? cleanLine(text, 200) || null : null;
