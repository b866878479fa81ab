import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { awsError, awsFailureOf } from './failure.ts';

/**
 * Reads one parameter of Systems Manager, decrypted.
 * @param name whole, such as `/devbox/snapshotTable`.
 * @returns null where there is no such parameter.
 * @throws the card of any other failure.
 */
export async function readParameter(ssm: SSMClient, name: string): Promise<string | null> {
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
    return Parameter?.Value ?? null;
  } catch (error) {
    if (awsFailureOf(error)?.name === 'ParameterNotFound') return null;
    throw awsError(error, {
      doing: 'Could not read a parameter of the deployment',
      details: [{ label: 'Parameter', value: name }],
    });
  }
}
