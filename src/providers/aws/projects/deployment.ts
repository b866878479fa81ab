import type { AwsFailure } from '../../../base/aws/failure.ts';
import type { Context } from '../../../base/context.ts';
import { openDns } from '../../../dns/open.ts';
import type { DnsPort } from '../../../dns/port.ts';
import type { Acting } from '../../../lifecycle/act/act.ts';
import { metaTableBeside, parameters } from '../../../lifecycle/deployment.ts';
import { awsWait, type LifecycleWait } from '../../../lifecycle/deps.ts';
import { deploymentOf, parameterPrefix } from '../../../lifecycle/names.ts';
import { openProjects } from '../../../lifecycle/projects.ts';
import type { Emit } from '../../../ui/events.ts';
import type { AwsAccount } from '../account.ts';
import { misconfigured, readParameters } from '../parameters.ts';

/** One deployment of devbox in an account, as projects need it. */
export interface ProjectDeployment {
  readonly account: AwsAccount;
  readonly context: Context;
  readonly emit: Emit;
  /** `/devbox` */
  readonly prefix: string;
  readonly acting: Acting;
  readonly dns: DnsPort;
}

/**
 * Reads what the deployment consists of.
 * @throws DevboxError of kind `usage` where the account is not set up.
 */
export async function openDeployment(
  account: AwsAccount,
  context: Context,
  emit: Emit,
): Promise<ProjectDeployment> {
  const prefix = parameterPrefix(account.api.param_prefix ?? '');
  const names = { main: `${prefix}/${parameters.mainTable}`, meta: `${prefix}/${parameters.metaTable}` };
  const values = await readParameters(account, Object.values(names));
  const main = values.get(names.main)?.trim() ?? '';
  if (main === '') throw misconfigured(account, names.main, 'is missing', 'aws/no-table');
  const dynamo = await account.dynamo();
  const dns = openDns({
    connection: account.connection,
    dynamo,
    mainTable: main,
    parameterPrefix: prefix,
    cloudflareUrl: context.env['DEVBOX_CLOUDFLARE_URL'] || null,
  });
  const acting: Acting = {
    deps: {
      ec2: account.ec2,
      dynamo,
      tables: { main, meta: values.get(names.meta)?.trim() || metaTableBeside(main) },
      deployment: deploymentOf(prefix),
      dns,
      clock: context.clock,
      random: context.random,
      wait: waitFor(account),
      keepImages: account.api.keep_images,
      report: ({ project, text }) => emit({ type: 'notice', level: 'info', message: `${project}: ${text}` }),
      signal: context.signal,
    },
    store: openProjects(dynamo, main, context.clock, context.random),
  };
  return { account, context, emit, prefix, acting, dns };
}

/** How long things may take, by the settings. */
function waitFor({ api }: AwsAccount): LifecycleWait {
  const appear = api.appear_within * 1000;
  return {
    ...awsWait,
    poll: api.poll_interval * 1000,
    // A launch says again that it goes on before each place that it tries.
    launch: 2 * appear,
    settle: Math.min(awsWait.settle, 5 * appear),
    claim: Math.min(awsWait.claim, appear),
  };
}

/** What a table that is not there means: nobody may take that for a project that is not there. */
export function tableMeans({ name }: AwsFailure) {
  if (name !== 'ResourceNotFoundException') return undefined;
  return {
    kind: 'usage',
    hint: 'The table that the parameters name does not exist: apply infra/aws again, as docs/aws.md says.',
  } as const;
}
