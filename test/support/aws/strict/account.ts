import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Answer } from './answer.ts';
import { ec2Answer, jsonAnswer, refusalAnswer } from './answer.ts';
import { type Call, CallLog, isChange } from './calls.ts';
import { UnknownShape } from './ec2/action.ts';
import { Cloud } from './ec2/cloud.ts';
import { ownAction } from './ec2/index.ts';
import { EventFeed } from './events.ts';
import { Faults } from './faults.ts';
import { askMoto, isCrash } from './moto-link.ts';
import { PublicParameters } from './public-parameters.ts';
import { Refusal } from './refusal.ts';
import { Replicas } from './replicas.ts';
import type { AwsRequest } from './request.ts';
import { routeAnswer } from './route53/index.ts';
import { readRoute } from './route53/request.ts';
import { Zones } from './route53/zones.ts';

/** Who is told of every call that reaches the account. */
export interface Watcher {
  /** Before it takes effect; also of calls that will be refused. */
  before?(call: Call): Promise<void> | void;
  /** After it took effect and before it is answered. */
  after?(call: Call): Promise<void> | void;
}

/** One AWS account while a test runs: what the layer holds of it, and what happened. The rest is in moto. */
export class Account {
  readonly calls = new CallLog();
  readonly faults = new Faults();
  readonly events: EventFeed;
  readonly cloud: Cloud;
  readonly publicParameters = new PublicParameters();
  readonly zones = new Zones();
  readonly replicas: Replicas;
  readonly watchers: Watcher[] = [];
  /** Whether moto holds more or other than the seed and rows of its tables. */
  hasTouchedMoto = false;
  /** What clients asked that neither the layer nor moto can do. */
  readonly problems: string[] = [];

  constructor(
    readonly id: string,
    readonly region: string,
    private readonly motoUrl: string,
    ec2: EC2Client,
    dynamo: DynamoDBClient,
  ) {
    this.replicas = new Replicas(motoUrl, dynamo);
    this.events = new EventFeed(id, region);
    this.cloud = new Cloud(id, region, ec2, this.events);
  }

  /** Carries out a call and answers it, as AWS would; a refusal is an answer too. */
  async answer(request: AwsRequest, call: Call): Promise<Answer> {
    try {
      for (const watcher of this.watchers) await watcher.before?.(call);
      const answer = await this.carryOut(request);
      call.outcome = answer.status < 300 ? 'ok' : errorName(answer);
      for (const watcher of this.watchers) await watcher.after?.(call);
      return answer;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      call.outcome = error.code;
      return refusalAnswer(request, error);
    }
  }

  private async carryOut(request: AwsRequest): Promise<Answer> {
    const { service, action, params } = request;
    if (service === 'ec2') {
      const own = ownAction(action, params);
      if (own) return ec2Answer(action, await this.runOwn(own(params, this.cloud), request));
      if (isChange(`ec2:${action}`)) this.cloud.templates.forget();
    }
    if (service === 'ssm') {
      const json = this.publicParameters.answer(request);
      if (json !== undefined) return jsonAnswer(json);
    }
    if (service === 'route53') {
      const answer = routeAnswer(this.zones, action, readRoute(request.path, request.body.toString()));
      if (!answer) throw this.problem(`nobody imitates route53:${action}`);
      return answer;
    }
    return this.fromMoto(request);
  }

  private async runOwn<T>(running: Promise<T>, { action }: AwsRequest): Promise<T> {
    return running.catch((error: unknown) => {
      if (!(error instanceof UnknownShape)) throw error;
      throw this.problem(`${action}: ${error.message}`);
    });
  }

  private async fromMoto(request: AwsRequest): Promise<Answer> {
    const answer = await askMoto(this.motoUrl, request, this.replicas.redirect(request));
    if (answer.status < 300) await this.replicas.wrote(request);
    if (changesMoto(request)) this.hasTouchedMoto = true;
    if (!isCrash(answer)) return answer;
    throw this.problem(`moto cannot do ${request.service}:${request.action}`);
  }

  private problem(what: string): Refusal {
    this.problems.push(what);
    return new Refusal('NotImitated', what, 400);
  }
}

/** Whether a call may change more in moto than rows. */
function changesMoto({ service, action }: AwsRequest): boolean {
  return isChange(`${service}:${action}`) && !(service === 'dynamodb' && /Item/.test(action));
}

/** AWS' name of the error in an answer of moto's. */
function errorName({ status, body }: Answer): string {
  const text = body.toString();
  return (
    /<Code>([^<]+)<\/Code>/.exec(text)?.[1] ??
    /"__type":\s*"(?:[^"]*#)?([^"]+)"/.exec(text)?.[1] ??
    `${status}`
  );
}
