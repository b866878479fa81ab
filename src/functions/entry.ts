import type { AwsConnection } from '../base/aws/connection.ts';
import { DevboxError } from '../base/errors.ts';
import type { Acting } from '../lifecycle/act/act.ts';
import { connect, openActing } from './acting.ts';
import { type FunctionSettings, readSettings } from './environment.ts';
import { cleanField, type Log, openLog } from './log.ts';

/** What Lambda tells of an invocation, as far as it is used. */
export interface Invocation {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

export type LambdaHandler = (event: unknown, invocation: Invocation) => Promise<unknown>;

/** With what an entry point does its work. */
export interface Work {
  readonly connection: AwsConnection;
  readonly acting: Acting;
  readonly settings: FunctionSettings;
  readonly log: Log;
  /** Aborts shortly before Lambda ends the process. */
  readonly signal: AbortSignal;
}

/** Left for the last log line, in milliseconds. */
const reserve = 5_000;

/**
 * What every function does around its work: settings, connections, a log line at the end, and an error that Lambda sees,
 * so that the event is tried again and kept in the end.
 * @returns the handler that Lambda calls; its answer, which only somebody who calls it by hand sees, is the work's.
 */
export function entry(name: string, work: (event: unknown, given: Work) => Promise<unknown>): LambdaHandler {
  let connection: ReturnType<typeof connect> | undefined;
  return async (event, invocation) => {
    const log = openLog((line) => void process.stdout.write(line), {
      function: name,
      request: invocation.awsRequestId,
    });
    try {
      const settings = readSettings(process.env);
      connection ??= connect(process.env);
      const signal = AbortSignal.timeout(Math.max(0, invocation.getRemainingTimeInMillis() - reserve));
      const opened = await connection;
      const acting = await openActing(opened, settings, signal);
      return await work(event, { connection: opened, acting, settings, log, signal });
    } catch (error) {
      throw told(log, error);
    }
  };
}

/** Logs an error, and gives Lambda one to write down that holds nothing but its name and its clean message. */
function told(log: Log, error: unknown): Error {
  const message = cleanField(error instanceof Error ? error.message : String(error));
  const card = error instanceof DevboxError ? { code: error.code, hint: error.hint } : {};
  log.error(message, card);
  const shown = new Error(message);
  shown.name = error instanceof DevboxError ? error.code : 'Error';
  shown.stack = `${shown.name}: ${message}`;
  return shown;
}
