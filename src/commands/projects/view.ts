import { count } from '../../base/text.ts';
import type { Leftover, ProjectInfo, ProjectsOverview, SavedImage } from '../../providers/facets/projects.ts';
import { type Card, type Row, type Text, type Tone, token } from '../../ui/card.ts';
import { formatDuration } from '../../ui/duration.ts';
import { formatUtc } from '../../ui/utc.ts';
import type { View } from '../../ui/view.ts';

/** All projects as columns, and what lies around beside them. @param now milliseconds since 1970. */
export function overviewView({ projects, leftovers }: ProjectsOverview, now: number): View {
  const columns = ['PROJECT', 'STATUS', 'BOX', 'TYPE', 'AGE', 'SAVES', 'DNS'];
  const rows = projects.map((project): Text[] => [
    [token('strong', project.name)],
    [token(toneOf(project.status), project.status)],
    project.box === null ? '-' : `${project.box.id}\n${project.box.status}`,
    project.box?.type ?? project.instanceType ?? '-',
    ageOf(project, now),
    savesOf(project),
    project.dnsName ?? '-',
  ]);
  const list: Card[] =
    rows.length === 0 ? [] : [{ title: '', rows: [], table: { look: 'list', columns, rows } }];
  return {
    cards: [...list, ...leftoverCards(leftovers)],
    footer: [
      projects.length === 0
        ? ['No projects. ', token('command', 'devbox new NAME base_ami=ubuntu-24.04'), ' makes one.']
        : count(projects.length, 'project'),
      ...projects.flatMap(whatToDo),
    ],
    json: { projects: projects.map(projectJson), leftovers: leftovers.map(leftoverJson) },
    quiet: projects.map(({ name }) => name),
  };
}

/** One project with everything that is known of it. */
export function projectView(
  project: ProjectInfo,
  leftovers: readonly Leftover[],
  footer: readonly Text[] = [],
): View {
  return {
    cards: [projectCard(project), ...leftoverCards(leftovers)],
    footer: [...footer, ...whatToDo(project)],
    json: {
      ...projectJson(project),
      ...(leftovers.length === 0 ? {} : { leftovers: leftovers.map(leftoverJson) }),
    },
    quiet: [project.name],
  };
}

/** The saved images of a project, the newest first. */
export function savesView({ name, saves }: Pick<ProjectInfo, 'name' | 'saves'>): View {
  const columns = ['ID', 'GENERATION', 'STATUS', 'SAVED', 'BOOTED', ''];
  const newest = [...saves].reverse();
  const rows = newest.map((save): Text[] => [
    [token('strong', save.id)],
    String(save.generation),
    [token(save.state === 'available' ? 'good' : 'bad', save.state)],
    timeOf(save.savedAt),
    timeOf(save.bootedAt),
    [token('dim', remarkOn(save))],
  ]);
  return {
    cards: rows.length === 0 ? [] : [{ title: '', rows: [], table: { look: 'list', columns, rows } }],
    footer: [
      rows.length === 0
        ? `Nothing is saved of ${name}`
        : `${count(rows.length, 'saved image')} of ${name}, the newest first`,
    ],
    json: newest.map(saveJson),
    quiet: newest.map(({ id }) => id),
  };
}

function projectCard(project: ProjectInfo): Card {
  const { box, saves } = project;
  const rows: [string, Text | null][] = [
    ['Status', [token(toneOf(project.status), project.status)]],
    ['Reason', project.reason === null ? null : [token('bad', project.reason)]],
    ['Box', box === null ? null : `${box.id}, ${box.status}`],
    ['IP', box?.address ?? null],
    ['Type', box?.type ?? project.instanceType],
    ['Zone', box === null ? null : box.zone],
    ['Launched', box?.launchedAt ? formatUtc(box.launchedAt) : null],
    ['DNS', project.dnsName],
    ['User', project.username],
    ['Key Pair', project.keyPair],
    [
      'Root Volume',
      project.volumeSize === null ? null : `at least ${project.volumeSize} GiB from the next launch on`,
    ],
    ['Begins With', saves.length === 0 ? project.baseImage : null],
    ['Keeps', `${count(project.keepImages, 'image')}`],
    ['Changed', project.updatedAt && formatUtc(project.updatedAt)],
  ];
  const table = {
    columns: ['SAVED IMAGE', 'GENERATION', 'STATUS', 'SAVED', ''],
    rows: [...saves]
      .reverse()
      .map((save) => [save.id, String(save.generation), save.state, timeOf(save.savedAt), remarkOn(save)]),
  };
  return {
    title: project.name,
    mood: project.reason === null ? 'normal' : 'warning',
    rows: rows.flatMap(([label, value]): Row[] => (value === null ? [] : [{ label, value }])),
    ...(saves.length === 0 ? {} : { table }),
  };
}

const timeOf = (iso: string | null): string => (iso === null ? '-' : formatUtc(iso));

const remarkOn = ({ isNext, missing }: SavedImage): string =>
  [isNext ? 'boots next' : '', missing.length > 0 ? `lacks ${missing.join(', ')}` : '']
    .filter(Boolean)
    .join(', ');

/** What nothing needs, as far as it is devbox's; what only has such a tag is told in one line. */
function leftoverCards(leftovers: readonly Leftover[]): Card[] {
  const own = leftovers.filter(({ isOurs }) => isOurs);
  const foreign = leftovers.length - own.length;
  const rows = own.map(({ kind, id, project, what }) => [kind, id, project, what]);
  return [
    ...(own.length === 0
      ? []
      : [
          {
            title: 'Left Over',
            mood: 'warning' as const,
            rows: [],
            table: { columns: ['KIND', 'ID', 'PROJECT', 'STATUS'], rows },
          },
        ]),
    ...(foreign === 0
      ? []
      : [
          {
            title: 'Not Of This Deployment',
            rows: [
              {
                label: 'Tagged Project',
                value: leftovers
                  .filter(({ isOurs }) => !isOurs)
                  .map(({ id, project }) => `${id} (${project})`)
                  .join(', '),
              },
            ],
          },
        ]),
  ];
}

function whatToDo({ name, status, next, reason }: ProjectInfo): Text[] {
  if (next === null) return [];
  const why = reason === null ? status : `${status}: ${reason}`;
  return [[`${name} is ${why}. Go on: `, token('command', next)]];
}

function toneOf(status: string): Tone {
  if (status === 'running') return 'good';
  if (status === 'failed' || status === 'lost' || status === 'unknown') return 'bad';
  return status === 'ready' ? 'plain' : 'busy';
}

function ageOf({ box }: ProjectInfo, now: number): string {
  const since = Date.parse(box?.launchedAt ?? '');
  return Number.isNaN(since) ? '-' : formatDuration(Math.max(0, Math.round((now - since) / 1000)));
}

function savesOf({ saves }: ProjectInfo): string {
  const newest = saves.at(-1);
  return newest === undefined ? '-' : `${saves.length}, newest ${newest.generation}`;
}

function projectJson(project: ProjectInfo): Readonly<Record<string, unknown>> {
  const { box } = project;
  return {
    name: project.name,
    status: project.status,
    reason: project.reason,
    next: project.next,
    box: box && {
      id: box.id,
      status: box.status,
      ip: box.address,
      instance_type: box.type,
      zone: box.zone,
      launched_at: box.launchedAt,
    },
    dns_name: project.dnsName,
    saves: project.saves.map(saveJson),
    base_ami: project.baseImage,
    instance_type: project.instanceType,
    ssh_key_name: project.keyPair,
    ssh_user: project.username,
    volume_size: project.volumeSize,
    keep_images: project.keepImages,
    updated_at: project.updatedAt,
  };
}

/** A saved image in `--json`. */
export function saveJson(save: SavedImage): Readonly<Record<string, unknown>> {
  return {
    id: save.id,
    generation: save.generation,
    status: save.state,
    saved_at: save.savedAt,
    booted_at: save.bootedAt,
    boots_next: save.isNext,
    missing: save.missing,
  };
}

function leftoverJson({ kind, id, project, what, isOurs }: Leftover): Readonly<Record<string, unknown>> {
  return { kind, id, project, what, of_this_deployment: isOurs };
}
