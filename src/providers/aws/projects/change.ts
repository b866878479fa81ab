import { DevboxError } from '../../../base/errors.ts';
import { dnsLabel } from '../../../dns/label.ts';
import { type ProjectName, projectName } from '../../../lifecycle/names.ts';
import type { Project } from '../../../lifecycle/project.ts';
import { askRestore } from '../../../lifecycle/remove.ts';
import type { Change } from '../../../lifecycle/transitions.ts';
import type { ProjectSettings } from '../../facets/projects.ts';
import { describeImage, findImage } from '../image.ts';
import { architectureOf } from '../instance-types.ts';
import { type ProjectDeployment, tableMeans } from './deployment.ts';
import { broughtUpToDate } from './plan.ts';
import { notNow } from './states.ts';

/** Makes a project that nothing runs of yet. @throws DevboxError where there is one, or no such image. */
export async function createProject(
  { account, acting }: ProjectDeployment,
  text: string,
  base: string,
  settings: ProjectSettings,
): Promise<void> {
  const name = projectName(text);
  const label = settings.dnsLabel === null ? null : dnsLabel(settings.dnsLabel);
  const read = { doing: `Could not read the project ${name}`, means: tableMeans };
  const before = await account.read(read, () => acting.store.get(name));
  if (before !== null) throw exists(name);
  const architecture = await architectureOf(account, settings.instanceType ?? '');
  const image = await findImage(account, base, 'base_ami', architecture);
  const written = await acting.store.create(name, { baseImage: image.id });
  if (!written.done) throw exists(name);
  const set = {
    LastInstanceType: settings.instanceType ?? undefined,
    LastKeyPair: settings.keyPair ?? undefined,
    Username: settings.username ?? undefined,
    VolumeSize: settings.volumeSize ?? undefined,
    RetainedImages: settings.keepImages ?? undefined,
    CNAMEDomain: label ?? undefined,
  };
  await changed(acting, written.project, { status: written.project.status, set, remove: [] });
}

function exists(name: string): DevboxError {
  return new DevboxError('failed', `the project ${name} exists already`, {
    code: 'aws/project-exists',
    title: 'Project',
    details: [{ label: 'Project', value: name }],
    hint: `Launch it: devbox launch ${name}. Look at it: devbox status ${name}`,
  });
}

/** Has the next launch boot one of the saves, once; the newest takes that back. */
export async function restoreProject(
  deployment: ProjectDeployment,
  text: string,
  which: string | number,
): Promise<void> {
  const project = await existing(deployment, text);
  const { state, saves, name } = project;
  if (state.kind === 'removing' || state.kind === 'unknown' || state.kind === 'legacy') {
    throw notNow(project, 'restored');
  }
  const save = saves.find(({ image, generation }) => image === which || generation === which);
  if (save === undefined) throw noSuchSave(project, which);
  const image = await describeImage(deployment.account, save.image);
  if (image?.state !== 'available') {
    throw new DevboxError('not-found', `the image ${save.image} is ${image?.state ?? 'gone'}`, {
      code: 'aws/saved-image-gone',
      title: 'Image Gone',
      details: savesOf(project),
      hint: 'Nothing was changed. Choose another generation.',
    });
  }
  await askRestore(deployment.acting, name, save === saves.at(-1) ? null : save.generation);
}

function noSuchSave(project: Project, which: string | number): DevboxError {
  return new DevboxError('not-found', `${project.name} has no save ${which}`, {
    code: 'aws/no-save',
    title: 'Not Found',
    details: savesOf(project),
    hint: `devbox images project=${project.name} api=aws lists them.`,
  });
}

const savesOf = ({ saves }: Project) =>
  saves.length === 0
    ? [{ label: 'Saves', value: 'none' }]
    : saves.map(({ generation, image }) => ({ label: `Generation ${generation}`, value: image }));

/** The root volume has at least this size from the next launch on. @returns what is still to be done. */
export async function resizeProject(
  deployment: ProjectDeployment,
  text: string,
  gib: number,
): Promise<readonly string[]> {
  const project = await existing(deployment, text);
  const { state, name } = project;
  if (state.kind === 'removing' || state.kind === 'unknown' || state.kind === 'legacy') {
    throw notNow(project, 'resized');
  }
  await changed(deployment.acting, project, {
    status: project.status,
    set: { VolumeSize: gib },
    remove: [],
  });
  return state.kind === 'ready' || state.kind === 'lost'
    ? [`The next launch has a root volume of at least ${gib} GiB: devbox launch ${name}`]
    : [
        `It counts from the next launch on. End this box first: devbox down ${name}, then devbox launch ${name}`,
      ];
}

/** A project that is there, as it stands now. @throws DevboxError `not-found`. */
async function existing(deployment: ProjectDeployment, text: string): Promise<Project> {
  const name = projectName(text);
  const project = await broughtUpToDate(deployment, name);
  if (project !== null) return project;
  throw new DevboxError('not-found', `there is no project ${name}`, {
    code: 'aws/no-project',
    title: 'Not Found',
    hint: 'devbox status lists them.',
  });
}

async function changed(acting: ProjectDeployment['acting'], project: Project, change: Change): Promise<void> {
  const written = await acting.store.change(project, change);
  if (!written.done) throw busy(project.name);
}

function busy(name: ProjectName): DevboxError {
  return new DevboxError('failed', `the project ${name} is changed by others at the same time`, {
    code: 'aws/project-busy',
    title: 'Project',
    hint: 'Nothing was changed. Try again in a moment.',
  });
}
