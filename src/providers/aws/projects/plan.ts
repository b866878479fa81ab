import { DevboxError } from '../../../base/errors.ts';
import { nearest } from '../../../base/text.ts';
import { emptyDnsEntry } from '../../../dns/entry.ts';
import { dnsLabel, storedLabel } from '../../../dns/label.ts';
import { leaseOfKey } from '../../../leases/marks.ts';
import { drive } from '../../../lifecycle/drive.ts';
import { type ProjectName, projectName } from '../../../lifecycle/names.ts';
import type { Project } from '../../../lifecycle/project.ts';
import { launchSettingsOf } from '../../launch-setting.ts';
import { launchSettings } from '../launch.ts';
import { launchMappings } from '../mappings.ts';
import { launchTemplates } from '../parameters.ts';
import type { AwsLaunch } from '../schema.ts';
import { sshKeysOf } from '../ssh-keys.ts';
import { readOwnFile } from '../user-data.ts';
import { ownFileOf } from '../user-data-file.ts';
import { type BootImage, bootImage } from './boot-image.ts';
import { type ProjectDeployment, tableMeans } from './deployment.ts';
import { refuseUnlessLaunchable } from './states.ts';

type Raw = Readonly<Record<string, unknown>>;

/**
 * The settings of a launch with what is remembered of the project. What an earlier launch or save left unfinished is
 * brought to an end first as far as that needs no waiting; then everything is checked that could go wrong later.
 * Settings of a project whose box is there come back as they are: that box will be shown.
 * @throws DevboxError where a launch could not work.
 */
export async function planLaunch(deployment: ProjectDeployment, raw: Raw): Promise<Raw> {
  const { account, context, prefix } = deployment;
  const settings = launchSettings(raw);
  const name = projectName(settings.project ?? '');
  const file = ownFileOf(settings, context);
  if (file !== null) readOwnFile(file);
  await launchTemplates(account, prefix);
  const project = await broughtUpToDate(deployment, name);
  if (project !== null && hasBox(project)) return raw;
  refuseUnlessLaunchable(project);
  const type = settings.instance_type ?? project?.instanceType ?? null;
  if (type === null) {
    throw launchSettingsOf('aws').wrong(
      'instance_type',
      `must name an instance type, such as g5.xlarge: ${name} remembers none`,
    );
  }
  const keyPair = settings.ssh_key_name ?? rememberedKey(project);
  if (keyPair !== null) await checkKeyPair(deployment, keyPair);
  const boot = await bootImage(deployment, name, project, { ...settings, instance_type: type });
  tell(deployment, name, project, boot, settings);
  await checkName(deployment, name, project, settings);
  return {
    ...raw,
    instance_type: type,
    ssh_key_name: keyPair,
    ...(boot.from === 'base' ? { base_ami: boot.image.id, image_id: null, image_family: null } : {}),
    volume_size: settings.volume_size ?? project?.volumeSize ?? null,
  };
}

/** A project as it stands, after what could be finished at once was finished; null where there is none. */
export async function broughtUpToDate(
  { account, acting }: ProjectDeployment,
  name: ProjectName,
): Promise<Project | null> {
  const project = await account.read({ doing: `Could not read the project ${name}`, means: tableMeans }, () =>
    acting.store.get(name),
  );
  if (project === null) return null;
  return (await drive(acting, name, { longest: 0 })).project;
}

/** Whether a box of it is there, on its way or to be shown. */
function hasBox({ state }: Project): boolean {
  if (state.kind === 'launching') return state.run.instanceId !== null;
  return state.kind === 'running' || (state.kind === 'saving' && state.saving.keeps);
}

/** A key that devbox made for one box has gone with it. */
function rememberedKey(project: Project | null): string | null {
  const name = project?.keyPair ?? null;
  return name === null || leaseOfKey(name) !== null ? null : name;
}

async function checkKeyPair({ account }: ProjectDeployment, name: string): Promise<void> {
  const names = (await sshKeysOf(account).list()).map((key) => key.name);
  if (names.includes(name)) return;
  const near = nearest(name, names);
  throw new DevboxError('not-found', `there is no key pair ${name} in ${account.region}`, {
    code: 'aws/no-key-pair',
    title: 'Not Found',
    details: [{ label: 'Setting', value: 'ssh_key_name' }],
    hint: near
      ? `Did you mean ${near}?`
      : 'devbox ssh-keys api=aws lists them. Import one: devbox ssh-keys add NAME --key-file FILE api=aws',
  });
}

/** What the user would not expect. */
function tell(
  { emit }: ProjectDeployment,
  name: string,
  project: Project | null,
  { image, from, ignored }: BootImage,
  settings: AwsLaunch,
): void {
  const source = {
    restore: 'which a restore asked for',
    save: 'its newest save',
    base: 'which it begins with',
  };
  emit({ type: 'notice', level: 'info', message: `${name} boots ${image.id}, ${source[from]}` });
  if (project?.state.kind === 'lost') {
    const message = `The last session of ${name} was not saved: ${project.state.reason}`;
    emit({ type: 'notice', level: 'warning', message });
  }
  if (ignored !== null) {
    const message = `${ignored} is not used: ${name} has a disk of its own by now`;
    emit({ type: 'notice', level: 'warning', message, hint: `For a new beginning, take another project.` });
  }
  const size = settings.volume_size ?? project?.volumeSize ?? 0;
  const { isSizeIgnored, rootInImage } = launchMappings(image, { rootGib: size, outlive: true });
  if (isSizeIgnored && size !== rootInImage) {
    const message = `volume_size=${size} is ignored: the root volume has ${rootInImage} GiB, and none shrinks`;
    emit({ type: 'notice', level: 'warning', message });
  }
}

/** The label that a project's box gets; null for no name. */
export function labelFor(name: string, project: Project | null, settings: AwsLaunch) {
  if (settings.dns === false) return null;
  if (settings.dns_subdomain !== null) return dnsLabel(settings.dns_subdomain);
  return storedLabel(project?.label) ?? storedLabel(name);
}

/** @throws DevboxError where the name would be somebody else's, or the account says of names what cannot be. */
async function checkName(
  { dns, emit }: ProjectDeployment,
  name: string,
  project: Project | null,
  settings: AwsLaunch,
): Promise<void> {
  const label = labelFor(name, project, settings);
  if (label === null) return;
  const check = await dns.check({ label, entry: project?.dns ?? emptyDnsEntry });
  if (check.kind === 'misconfigured' || check.kind === 'foreign') throw check.error;
  if (check.kind !== 'failing') return;
  emit({
    type: 'notice',
    level: 'warning',
    message: `Whether ${name} can have a name in DNS cannot be found out now: ${check.error.message}`,
  });
}
