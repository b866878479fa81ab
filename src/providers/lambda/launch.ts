import { resolve } from 'node:path';
import type * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { cleanLine } from '../../base/text.ts';
import { markHostname } from '../../leases/marks.ts';
import { type LaunchSettings, launchSettingsOf } from '../launch-setting.ts';
import type { LaunchAnswer, LaunchRequest, SshLaunch } from '../provider.ts';
import { sshDefaults } from './box.ts';
import type { Changed } from './client.ts';
import { outcomeUnknown } from './errors.ts';
import { type LambdaLaunch, lambdaLaunchSchema, lambdaTagsSchema, maxNameLength } from './schema.ts';
import type { launched } from './wire.ts';

const { parse, wrong }: LaunchSettings = launchSettingsOf('lambda');

/** Where relative files of the settings are looked for: both absolute. */
export interface Places {
  readonly cwd: string;
  readonly home: string;
}

/** `gpu_1x_gh200 in us-east-3`. @throws DevboxError of kind `usage`, naming the setting that is wrong. */
export function describeLaunch(settings: unknown): string {
  const { instance_type, region } = parse(lambdaLaunchSchema(), settings, '');
  return `${instance_type} in ${region}`;
}

/** @throws DevboxError of kind `usage`, naming the setting that is wrong. */
export function sshLaunch(settings: unknown): SshLaunch {
  const { ssh_key_name, cloud_init, tailscale } = parse(lambdaLaunchSchema(), settings, '');
  const { enabled, file } = cloud_init;
  const noHostKey = enabled ? file && 'its cloud-init is a file of your own' : 'it boots without cloud-init';
  if (tailscale.enabled && noHostKey !== null)
    throw wrong('tailscale.enabled', `cannot be true where ${noHostKey}`);
  return { keyName: ssh_key_name, noHostKey, tailscale: tailscale.enabled };
}

/**
 * The body of a launch call, checked against everything that the API's description says about it.
 * @throws DevboxError of kind `usage`, before any request, naming the setting.
 */
export async function launchBody(request: LaunchRequest, places: Places): Promise<Record<string, unknown>> {
  const settings = parse(lambdaLaunchSchema(), request.settings, '');
  const tags = { ...parse(lambdaTagsSchema, request.tags, 'tags'), ...request.marks };
  if ([...request.name].length > maxNameLength) {
    throw wrong('instance_name', `is longer than ${maxNameLength} characters`);
  }
  const keyName = request.access?.keyName ?? settings.ssh_key_name;
  if (keyName === null) throw wrong('ssh_key_name', 'must be one SSH key of your Lambda Cloud account');
  const userData = await buildUserData(request, settings, places);
  return {
    region_name: settings.region,
    instance_type_name: settings.instance_type,
    ssh_key_names: [keyName],
    ...(request.name === '' ? {} : { name: request.name }),
    hostname: settings.hostname ?? markHostname(request.lease),
    ...(settings.filesystem_name === null ? {} : { file_system_names: [settings.filesystem_name] }),
    ...imageOf(settings),
    ...mountsOf(settings),
    ...(settings.firewall_rulesets.length === 0
      ? {}
      : { firewall_rulesets: settings.firewall_rulesets.map((id) => ({ id })) }),
    ...(Object.keys(tags).length === 0
      ? {}
      : { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) }),
    // Plain text: encoding it, in base64 for one, would make cloud-init ignore it.
    ...(userData === null ? {} : { user_data: userData }),
  };
}

function imageOf({ image_id: id, image_family: family }: LambdaLaunch) {
  if (id !== null && family !== null) throw wrong('image_id', 'and image_family are both set: leave one out');
  if (id !== null) return { image: { id } };
  return family === null ? {} : { image: { family } };
}

/** By now, filesystems are named by their IDs, and each has a place. */
function mountsOf({ filesystem_mounts: mounts }: LambdaLaunch) {
  const entries = Object.entries(mounts);
  if (entries.length === 0) return {};
  return {
    file_system_mounts: entries.map(([file_system_id, mount_point]) => ({ mount_point, file_system_id })),
  };
}

/** What the answer to a launch call means. One without an instance ID leaves open whether an instance exists. */
export function launchAnswer(changed: Changed<z.infer<typeof launched>>): LaunchAnswer {
  if (changed.outcome === 'refused') return changed;
  if (changed.outcome === 'lost') return { outcome: 'lost', error: lost(changed.error) };
  const ids = changed.value.instance_ids;
  const id = ids[0];
  if (id !== undefined && ids.length === 1 && id !== '' && cleanLine(id) === id) {
    return { outcome: 'launched', id };
  }
  const shown = ids.map((each) => cleanLine(each, 100)).join(', ');
  const error = new DevboxError('failed', `The answer does not name one instance: ${shown || 'none'}.`, {
    title: 'API Error',
    code: 'lambda/no-instance-id',
    details: [{ label: 'Request', value: 'POST /instance-operations/launch' }],
  });
  return { outcome: 'lost', error: lost(error) };
}

function lost(cause: DevboxError): DevboxError {
  return outcomeUnknown(cause, 'It is not known whether an instance was launched.', {
    hint: 'It may exist and cost money. Look for it: devbox command=list resource=instances',
  });
}

async function buildUserData(
  request: LaunchRequest,
  settings: LambdaLaunch,
  places: Places,
): Promise<string | null> {
  const { userData } = await import('./cloud-init/index.ts');
  const { enabled, file } = settings.cloud_init;
  return userData({
    filesystemName: settings.filesystem_name,
    username: settings.username ?? sshDefaults.username,
    env: request.env,
    hostKey: request.access?.hostKey ?? null,
    tailscale: request.access?.tailscale ?? null,
    file: file === null ? null : resolve(places.cwd, file.replace(/^~(?=\/)/, places.home)),
    enabled,
  });
}
