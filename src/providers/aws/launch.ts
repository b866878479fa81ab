import type { BlockDeviceMapping } from '@aws-sdk/client-ec2';
import { DevboxError } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';
import { leaseTag } from '../../leases/marks.ts';
import { parameterPrefix } from '../../lifecycle/names.ts';
import { type LaunchSettings, launchSettingsOf } from '../launch-setting.ts';
import type { LaunchAnswer, LaunchRequest, SshLaunch } from '../provider.ts';
import type { AwsAccount } from './account.ts';
import { findImage, type LaunchImage } from './image.ts';
import { architectureOf } from './instance-types.ts';
import { launchMappings } from './mappings.ts';
import { managedBy, managedByTag, sshUserTag } from './marks.ts';
import { launchTemplates } from './parameters.ts';
import { type Refusal, type RunOutcome, runInstance } from './run-instance.ts';
import { type AwsLaunch, awsLaunchSchema, awsTagsSchema, maxNameLength } from './schema.ts';
import { sshUserOf } from './ssh-user.ts';
import { userData } from './user-data.ts';
import { ownFileOf } from './user-data-file.ts';
import { zonesOf } from './zones.ts';

const { parse, wrong }: LaunchSettings = launchSettingsOf('aws');

/** Where relative files of the settings are looked for: both absolute. */
export interface Places {
  readonly cwd: string;
  readonly home: string;
}

/** The image of a box that names none. */
const usualImage = 'ubuntu-24.04';

/** `t3.micro in us-east-1`. @throws DevboxError of kind `usage`, naming the setting that is wrong. */
export function describeLaunch(settings: unknown, region: string): string {
  const launch = launchSettings(settings);
  const types = [launch.instance_type ?? [], launch.fallback_types].flat();
  if (types.length === 0 && launch.project === null) {
    throw wrong('instance_type', 'must name an instance type, such as g5.xlarge');
  }
  const what = types.length === 0 ? `project ${launch.project}` : types.join(' or ');
  return `${what} in ${region}`;
}

/** @throws DevboxError of kind `usage`, naming the setting that is wrong. */
export function sshLaunch(settings: unknown): SshLaunch {
  const { ssh_key_name, cloud_init, tailscale } = launchSettings(settings);
  const { enabled, file } = cloud_init;
  const noHostKey = enabled ? file && 'its user data is a file of your own' : 'it boots without user data';
  if (tailscale.enabled && noHostKey !== null)
    throw wrong('tailscale.enabled', `cannot be true where ${noHostKey}`);
  return { keyName: ssh_key_name, noHostKey, tailscale: tailscale.enabled };
}

/**
 * Launches an ordinary box: when it ends, so do its disks. Nothing is sent before everything was checked.
 * @throws DevboxError where the settings are wrong or the account is not set up; then nothing was launched.
 */
export async function launchBox(
  account: AwsAccount,
  request: LaunchRequest,
  places: Places,
  told: (refusal: Refusal) => void,
): Promise<LaunchAnswer> {
  const settings = launchSettings(request.settings);
  const tags = tagsFor(request, {});
  const types = [settings.instance_type ?? [], settings.fallback_types].flat();
  const data = await userDataFor(request, settings, places);
  const templates = await launchTemplates(account, parameterPrefix(account.api.param_prefix ?? ''));
  const image = await imageFor(account, settings, types[0] ?? '');
  const user = settings.ssh_user ?? settings.username ?? sshUserOf(image);
  const outcome = await runInstance(
    account,
    {
      zones: await zonesOf(account, templates),
      types,
      image: image.id,
      keyName: request.access?.keyName ?? settings.ssh_key_name,
      userData: data,
      mappings: mappingsFor(image, settings, false),
      tags: { ...tags, Name: request.name, ...(user === null ? {} : { [sshUserTag]: user }) },
      mark: { key: leaseTag, value: request.lease },
    },
    { told },
  );
  return launchAnswer(outcome);
}

/** What a launch came to, for who asks again while there is no capacity. */
export function launchAnswer(outcome: RunOutcome): LaunchAnswer {
  switch (outcome.kind) {
    case 'launched':
      return { outcome: 'launched', id: outcome.id };
    case 'lost':
      return { outcome: 'lost', error: outcome.error };
    case 'no-room':
      return { outcome: 'refused', retry: 'capacity', error: noRoom(outcome.refusals) };
    case 'refused': {
      const error = outcome.error instanceof Error ? outcome.error : new Error(String(outcome.error));
      return { outcome: 'refused', retry: outcome.isBusy ? 'rate-limit' : 'no', error };
    }
  }
}

function noRoom(refusals: readonly Refusal[]): DevboxError {
  const types = [...new Set(refusals.map(({ type }) => type))];
  return new DevboxError('no-capacity', `No zone has room for ${types.join(' or ')}.`, {
    code: 'aws/no-capacity',
    title: 'No Capacity',
    details: refusals.map(({ type, place, code, message }) => ({
      label: types.length === 1 ? place : `${type} ${place}`,
      value: cleanLine(`${code}: ${message}`, 300),
    })),
    hint: 'Name more types with fallback_types=[...], try another region, or ask longer with max_retries=N.',
  });
}

/** The settings of a launch as their schema reads them. @throws DevboxError of kind `usage`. */
export function launchSettings(settings: unknown): AwsLaunch {
  return parse(awsLaunchSchema(), settings, '');
}

/** Tags of whatever a launch makes. @param marks beside those of the lease. */
export function tagsFor(
  request: LaunchRequest,
  marks: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const tags = parse(awsTagsSchema, request.tags, 'tags');
  if ([...request.name].length > maxNameLength) {
    throw wrong('instance_name', `is longer than ${maxNameLength} characters`);
  }
  const all = { ...tags, [managedByTag]: managedBy, ...request.marks, ...marks };
  // EC2 takes 50; a few are added on the way.
  if (Object.keys(all).length > 40) throw wrong('tags', 'are too many: EC2 takes 50, devbox’s own included');
  return all;
}

/** The user data of a launch, in base64; null for none. */
export function userDataFor(
  request: LaunchRequest,
  settings: AwsLaunch,
  { cwd, home }: Places,
): Promise<string | null> {
  return userData({
    env: request.env,
    hostKey: request.access?.hostKey ?? null,
    tailscale: request.access?.tailscale ?? null,
    hostname: settings.hostname,
    file: ownFileOf(settings, { cwd, paths: { home } }),
    enabled: settings.cloud_init.enabled,
  });
}

/** The one image that the settings name, and by which of them; null where they name none. */
export function namedImage(settings: AwsLaunch): { readonly setting: string; readonly image: string } | null {
  const named = (['base_ami', 'image_id', 'image_family'] as const).flatMap((setting) => {
    const image = settings[setting];
    return image === null ? [] : [{ setting, image }];
  });
  const [first, second] = named;
  if (first && second) throw wrong(first.setting, `and ${second.setting} are both set: leave one out`);
  return first ?? null;
}

async function imageFor(account: AwsAccount, settings: AwsLaunch, type: string): Promise<LaunchImage> {
  const { setting, image } = namedImage(settings) ?? { setting: 'image_family', image: usualImage };
  return findImage(account, image, setting, await architectureOf(account, type));
}

/** What the disks of an instance are to be. @param outlive they stay when it ends. */
export function mappingsFor(
  image: LaunchImage,
  { volume_size }: Pick<AwsLaunch, 'volume_size'>,
  outlive: boolean,
): readonly BlockDeviceMapping[] {
  return launchMappings(image, { rootGib: volume_size ?? 0, outlive }).mappings;
}
