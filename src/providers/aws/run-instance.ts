import { createHash } from 'node:crypto';
import {
  type _InstanceType,
  type BlockDeviceMapping,
  type Instance,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import { awsError, awsFailureOf } from '../../base/aws/failure.ts';
import { DevboxError } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';
import type { AwsAccount } from './account.ts';
import { listInstances } from './instances.ts';
import { wireTags } from './tags.ts';
import type { ZoneTemplate } from './zones.ts';

/** One instance that is wanted, wherever there is room for it. */
export interface WantedInstance {
  /** Tried in this order: each type in every zone before the next type. */
  readonly zones: readonly ZoneTemplate[];
  readonly types: readonly string[];
  readonly image: string;
  readonly keyName: string | null;
  /** In base64. */
  readonly userData: string | null;
  readonly mappings: readonly BlockDeviceMapping[];
  /** Of the instance, its volumes and its network interfaces. */
  readonly tags: Readonly<Record<string, string>>;
  /** A tag that no other launch has, by which the instance is found where the answer was lost. */
  readonly mark: { readonly key: string; readonly value: string };
}

/** Where an instance could not be had, and what AWS said. */
export interface Refusal {
  readonly type: string;
  /** The zone, or the launch template where the zone is not known. */
  readonly place: string;
  readonly code: string;
  readonly message: string;
}

export type RunOutcome =
  | {
      readonly kind: 'launched';
      readonly id: string;
      readonly zone: string | null;
      readonly type: string | null;
    }
  /** Every zone refused every type for lack of room, or because it has no such type. */
  | { readonly kind: 'no-room'; readonly refusals: readonly Refusal[] }
  /** Nothing was launched. */
  | { readonly kind: 'refused'; readonly error: unknown; readonly isBusy: boolean }
  /** Nobody knows. */
  | { readonly kind: 'lost'; readonly error: DevboxError };

/** Who is with a launch while it tries one place after another. */
export interface Attendants {
  /** Told of each place that has no room. */
  readonly told: (refusal: Refusal) => void;
  /** Called before each place; what it throws ends the launch before anything is sent there. */
  readonly before?: () => Promise<void>;
}

/** What only says that this place has no room for this type, or has no such type. */
const noRoom =
  /^(Insufficient(Instance|Host|ReservedInstance)?Capacity|InsufficientCapacity|Unsupported|InstanceTypeNotSupported|UnfulfillableCapacity)$/;

const busy = /^(Throttling\w*|RequestLimitExceeded|TooManyRequestsException)$/;

/** Nothing was sent. */
const unsent = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CredentialsProviderError)$/;

/**
 * Launches one instance. The same wish has the same token in the same place, so that asking twice makes one; where the
 * answer is lost, the instance is looked for by its mark.
 */
export async function runInstance(
  account: AwsAccount,
  wanted: WantedInstance,
  { told, before }: Attendants,
): Promise<RunOutcome> {
  const refusals: Refusal[] = [];
  for (const type of wanted.types) {
    for (const zone of wanted.zones) {
      await before?.();
      const tried = await tryPlace(account, wanted, type, zone);
      if ('outcome' in tried) return tried.outcome;
      refusals.push(tried.refusal);
      told(tried.refusal);
    }
  }
  return { kind: 'no-room', refusals };
}

type Tried = { readonly outcome: RunOutcome } | { readonly refusal: Refusal };

async function tryPlace(
  account: AwsAccount,
  wanted: WantedInstance,
  type: string,
  { template, zone }: ZoneTemplate,
): Promise<Tried> {
  const input = requestFor(wanted, checkedType(type), template);
  const where = { type, place: zone ?? template };
  let wasUnclear = false;
  for (let attempt = 1; ; attempt++) {
    try {
      const { Instances: made } = await account.attempt('Launching an instance', () =>
        account.launching.send(new RunInstancesCommand(input)),
      );
      const instance = made?.[0];
      if (instance?.InstanceId !== undefined) return { outcome: launched(instance) };
      return { outcome: await find(account, wanted, unnamed()) };
    } catch (error) {
      const judged = judge(wanted, error, where);
      // The same request with the same token again: the answer to it counts for those before it.
      wasUnclear ||= judged.kind === 'unclear';
      const isOver = attempt === tries || !(judged.kind === 'unclear' || judged.kind === 'busy');
      if (!isOver) await pause(account);
      else if (judged.kind === 'no-room') return { refusal: judged.refusal };
      else if (judged.kind === 'refused' || (judged.kind !== 'unclear' && !wasUnclear))
        return { outcome: { kind: 'refused', error: judged.error, isBusy: judged.kind === 'busy' } };
      else return { outcome: await find(account, wanted, judged.error) };
    }
  }
}

/** How often the same request is sent at most, where its answer is lost or AWS asks to slow down. */
const tries = 3;

/** What an answer says: there is no room here, nothing was or will be launched, or nobody knows. */
type Judged =
  | { readonly kind: 'no-room'; readonly refusal: Refusal }
  | { readonly kind: 'refused' | 'busy' | 'unsent' | 'unclear'; readonly error: unknown };

function judge(wanted: WantedInstance, reason: unknown, where: Pick<Refusal, 'type' | 'place'>): Judged {
  const failure = awsFailureOf(reason);
  if (failure === null) return { kind: 'refused', error: reason };
  const { name, message, status } = failure;
  if (noRoom.test(name)) return { kind: 'no-room', refusal: { ...where, code: name, message } };
  const error = awsError(reason, {
    doing: `Could not launch ${where.type} in ${where.place}`,
    means: ({ name: code }) => meanings.find(([codes]) => codes.test(code))?.[1],
    details: [
      { label: 'Image', value: wanted.image },
      ...(wanted.keyName === null ? [] : [{ label: 'Key Pair', value: wanted.keyName }]),
    ],
  });
  if (busy.test(name)) return { kind: 'busy', error };
  if (status === null) return { kind: unsent.test(name) ? 'unsent' : 'unclear', error };
  // Another request with this token was carried out: by the one whose answer was lost.
  if (status >= 500 || name === 'IdempotentParameterMismatch') return { kind: 'unclear', error };
  return { kind: 'refused', error };
}

const meanings = [
  [
    /^InvalidKeyPair\.NotFound$/,
    {
      kind: 'not-found',
      hint: 'devbox ssh-keys api=aws lists them; without ssh_key_name, devbox makes one.',
    },
  ],
  [
    /^InvalidAMIID\./,
    { kind: 'not-found', hint: 'Images belong to one region: devbox list images api=aws.' },
  ],
  [
    /^InvalidLaunchTemplate(Id|Name)?\./,
    {
      kind: 'usage',
      hint: 'The launch templates of the deployment are not those in its parameter: apply infra/aws again, as docs/aws.md says.',
    },
  ],
  [
    /^(InvalidInstanceType|InvalidParameterCombination)$/,
    {
      kind: 'usage',
      hint: 'See what there is: devbox list instance_types api=aws. An arm64 type needs an arm64 image.',
    },
  ],
] as const;

/** Looks at an instance that may have been made, so often before it counts as lost. */
const looks = 3;

async function find(account: AwsAccount, { mark }: WantedInstance, error: unknown): Promise<RunOutcome> {
  for (let look = 0; look < looks; look++) {
    if (look > 0) await pause(account);
    const found = await listInstances(account, [{ Name: `tag:${mark.key}`, Values: [mark.value] }]).catch(
      () => [],
    );
    const instance = found.find(({ State }) => State?.Name !== 'shutting-down');
    if (instance) return launched(instance);
  }
  return { kind: 'lost', error: lost(error) };
}

const pause = ({ api, clock }: AwsAccount): Promise<void> =>
  clock.sleep(Math.min(api.poll_interval, 5) * 1000);

function launched(instance: Instance): RunOutcome {
  return {
    kind: 'launched',
    id: cleanLine(instance.InstanceId ?? '', 60),
    zone: cleanLine(instance.Placement?.AvailabilityZone ?? '', 60) || null,
    type: cleanLine(instance.InstanceType ?? '', 60) || null,
  };
}

const unnamed = (): DevboxError =>
  new DevboxError('failed', 'The answer names no instance', { code: 'aws/no-instance-id' });

function lost(cause: unknown): DevboxError {
  const error = cause instanceof DevboxError ? cause : undefined;
  return new DevboxError('outcome-unknown', 'It is not known whether an instance was launched.', {
    title: 'Outcome Unknown',
    code: error?.code ?? 'aws/lost',
    details: [...(error?.details ?? []), ...(error ? [{ label: 'Answer', value: error.message }] : [])],
    hint: 'It may exist and cost money. Look for it: devbox list api=aws',
    cause,
  });
}

function requestFor(wanted: WantedInstance, type: _InstanceType, template: string): RunInstancesCommandInput {
  const tags = wireTags(wanted.tags);
  const kinds = ['instance', 'volume', 'network-interface'] as const;
  const input: RunInstancesCommandInput = {
    LaunchTemplate: { LaunchTemplateId: template, Version: '$Latest' },
    ImageId: wanted.image,
    InstanceType: type,
    MinCount: 1,
    MaxCount: 1,
    ...(wanted.keyName === null ? {} : { KeyName: wanted.keyName }),
    ...(wanted.userData === null ? {} : { UserData: wanted.userData }),
    ...(wanted.mappings.length === 0 ? {} : { BlockDeviceMappings: [...wanted.mappings] }),
    TagSpecifications: kinds.map((ResourceType): TagSpecification => ({ ResourceType, Tags: tags })),
  };
  return { ...input, ClientToken: clientToken(wanted.mark.value, input) };
}

/** New types appear every month; which there are says AWS. @throws DevboxError `usage` for what is no name of a type. */
function checkedType(name: string): _InstanceType {
  if (isTypeName(name)) return name;
  throw new DevboxError('usage', `${JSON.stringify(name)} is no instance type`, {
    code: 'aws/instance-type',
    title: 'Configuration Error',
    details: [{ label: 'Setting', value: 'instance_type' }],
    hint: 'Types are written like g5.xlarge; devbox list instance_types api=aws shows them.',
  });
}

const isTypeName = (name: string): name is _InstanceType => /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(name);

/** One and the same for the same request, at most 64 characters of ASCII. */
function clientToken(mark: string, input: RunInstancesCommandInput): string {
  const digest = createHash('sha256').update(JSON.stringify(input)).digest('hex');
  return `${mark}-${digest}`.replace(/[^\x21-\x7e]/g, '-').slice(0, 64);
}
