import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { startMoto } from '../moto.ts';
import { Account } from './account.ts';
import { type Answer, refusalAnswer } from './answer.ts';
import type { Call } from './calls.ts';
import { type Clients, clientsOf, destroyClients, region, testKeys } from './clients.ts';
import { type FaultKind, refusalOf } from './faults.ts';
import { type AwsRequest, readRequest } from './request.ts';
import type { Deployment } from './seed.ts';

/** An account number that AWS does not give to anybody. */
const accountId = '123456789012';

/** A strict AWS in front of moto, on one port for all services. */
export interface StrictAws {
  readonly url: string;
  /** Moto itself, for looking without being seen. */
  readonly motoUrl: string;
  /** The account as it is now. */
  account(): Account;
  /** Begins with an account that has nothing; with `keep` moto keeps what it has. */
  reset(options?: { readonly keep: boolean }): Promise<Account>;
  /** Clients that ask the layer, each call once; the same ones for the same access key. */
  clients(accessKey: string): Clients;
  /** What World has set up in moto last, and from which options. */
  seeded: { readonly options: string; readonly deployment: Deployment } | undefined;
  close(): Promise<void>;
}

/**
 * Starts moto and the layer in front of it.
 * @param port default: any free one.
 */
export async function startStrictAws({ port = 0 }: { readonly port?: number } = {}): Promise<StrictAws> {
  const moto = await startMoto();
  const settings = { endpoint: moto.url, region, credentials: testKeys };
  const ec2 = new EC2Client(settings);
  const dynamo = new DynamoDBClient(settings);
  let account = new Account(accountId, region, moto.url, ec2, dynamo);
  const inTurn = oneAtATime();
  const clients = new Map<string, Clients>();

  async function exchange(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(message);
    const { service, action, params, accessKey } = request;
    const to = account;
    const call = to.calls.add({ name: `${service}:${action}`, params, accessKey });
    const fault = to.faults.take(call);
    if (fault?.kind === 'delay') {
      await new Promise((resolve) => setTimeout(resolve, fault.milliseconds).unref());
    }
    const answer = await inTurn(() => answerWithFault(to, request, call, fault));
    if (answer === undefined) response.destroy();
    else response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  const server = createServer((message, response) => {
    exchange(message, response).catch((error: unknown) => {
      account.problems.push(
        `the layer itself failed: ${error instanceof Error ? error.stack : String(error)}`,
      );
      response.destroy();
    });
  });
  // On a busy machine a client takes up a connection again after longer than Node keeps it.
  server.keepAliveTimeout = 600_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${portOf(server.address())}`;
  return {
    url,
    clients(accessKey) {
      const known = clients.get(accessKey) ?? clientsOf(url, accessKey);
      clients.set(accessKey, known);
      return known;
    },
    motoUrl: moto.url,
    account: () => account,
    seeded: undefined,
    async reset({ keep } = { keep: false }) {
      if (!keep) await inTurn(() => moto.reset());
      account = new Account(accountId, region, moto.url, ec2, dynamo);
      return account;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      for (const each of clients.values()) destroyClients(each);
      ec2.destroy();
      dynamo.destroy();
      await moto.close();
    },
  };
}

/** @returns undefined where the connection ends without an answer. */
async function answerWithFault(
  account: Account,
  request: AwsRequest,
  call: Call,
  fault: FaultKind | undefined,
): Promise<Answer | undefined> {
  const refusal = refusalOf(fault, request.service);
  if (refusal) {
    call.outcome = refusal.code;
    return refusalAnswer(request, refusal);
  }
  if (fault?.kind === 'drop-before' || fault?.kind === 'die-before' || fault?.kind === 'kill-before') {
    call.outcome = fault.kind;
    if (fault.kind === 'kill-before') fault.kill();
    return undefined;
  }
  const answer = await account.answer(request, call);
  if (fault?.kind === 'drop-after' || fault?.kind === 'die-after' || fault?.kind === 'kill-after') {
    call.outcome = `${call.outcome}, ${fault.kind}`;
    if (fault.kind === 'kill-after') fault.kill();
    return undefined;
  }
  return answer;
}

/** Lets one call after the other change the account, so that what a test sees has one order. */
function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
