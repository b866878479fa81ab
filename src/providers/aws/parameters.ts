import { GetParametersCommand } from '@aws-sdk/client-ssm';
import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { parameters } from '../../lifecycle/deployment.ts';
import type { AwsAccount } from './account.ts';

/** So many can be asked for at once. */
const perRequest = 10;

/** The values of parameters; those that are not there are left out. */
export async function readParameters(
  account: AwsAccount,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const ssm = await account.ssm();
  const values = new Map<string, string>();
  for (let start = 0; start < names.length; start += perRequest) {
    const Names = names.slice(start, start + perRequest);
    const answer = await account.read(
      { doing: 'Could not read the parameters of the deployment' },
      (options) => ssm.send(new GetParametersCommand({ Names, WithDecryption: true }), options),
    );
    for (const { Name = '', Value = '' } of answer.Parameters ?? []) values.set(Name, Value);
  }
  return values;
}

/**
 * The launch templates of the deployment, one for each zone, in the order in which they are tried.
 * @param prefix `/devbox`.
 * @throws DevboxError `usage` that says what is wrong with the parameter.
 */
export async function launchTemplates(account: AwsAccount, prefix: string): Promise<readonly string[]> {
  const name = `${prefix}/${parameters.launchTemplateIds}`;
  const text = (await readParameters(account, [name])).get(name);
  if (text === undefined) throw misconfigured(account, name, 'is missing', 'aws/no-launch-templates');
  const ids = parseTemplates(text);
  if (typeof ids === 'string') throw misconfigured(account, name, ids, 'aws/launch-templates');
  return ids;
}

const listOfIds = z.array(z.string().check(z.minLength(1)));
const idsByZone = z.record(z.string(), z.string().check(z.minLength(1)));

/** The ids in the text of the parameter: a list, or as of old an object from zone to id; or what is wrong with it. */
function parseTemplates(text: string): readonly string[] | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'is no JSON';
  }
  if (typeof value !== 'object' || value === null) return 'is neither a list nor an object';
  const parsed = Array.isArray(value)
    ? z.safeParse(listOfIds, value)
    : z.safeParse(z.pipe(idsByZone, z.transform(Object.values)), value);
  if (!parsed.success) return 'has a member that is no text';
  const ids = z.safeParse(listOfIds, parsed.data);
  if (!ids.success) return 'has a member that is no text';
  return ids.data.length === 0 ? 'is empty' : [...new Set(ids.data)];
}

/** That a parameter of the deployment is not as it should be. */
export function misconfigured(
  { region }: Pick<AwsAccount, 'region'>,
  name: string,
  problem: string,
  code: string,
): DevboxError {
  return new DevboxError('usage', `the parameter ${name} ${problem} in ${region}`, {
    code,
    title: 'Configuration Error',
    details: [
      { label: 'Parameter', value: name },
      { label: 'Region', value: region },
    ],
    hint: 'Set the account up, as docs/aws.md says, or name the right place: api.region=REGION, api.param_prefix=PREFIX',
  });
}
