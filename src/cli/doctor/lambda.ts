import { nearest } from '../../base/text.ts';
import type { Image, InstanceType } from '../../providers/facets/catalogue.ts';
import type { Provider } from '../../providers/provider.ts';
import { type Finding, ok, problem, tried, warning } from './finding.ts';
import { clockFinding, type Heard } from './read-only.ts';

/** What an `up` would ask for; null and empty where nothing is said. */
export interface LambdaWishes {
  readonly region: string | null;
  readonly type: string | null;
  readonly imageId: string | null;
  readonly imageFamily: string | null;
  readonly sshKey: string | null;
  readonly filesystems: readonly string[];
  readonly rulesets: readonly string[];
}

/** Holds what an `up` would ask for against what the account and Lambda Cloud have. */
export async function checkLambda(
  provider: Provider,
  wishes: LambdaWishes,
  heard: Heard,
): Promise<Finding[]> {
  const { catalogue, filesystems, firewall, sshKeys } = provider;
  if (!catalogue) return [];
  let types: InstanceType[] = [];
  const connection = await tried('connection', 'Connection', async () => {
    types = await catalogue.types();
    return [ok('connection', 'Connection', 'works, and the key is accepted')];
  });
  const clock = clockFinding(heard.skewSeconds());
  if (connection.some((finding) => finding.class === 'problem')) return [...connection, ...clock];

  const { region, type, imageId, imageFamily, sshKey } = wishes;
  const rest = [
    region === null && type === null
      ? [ok('launch', 'Launch', 'no region and no type set; a preset is checked with: devbox doctor gh200')]
      : [],
    region === null
      ? []
      : await tried('region', 'Region', async () =>
          regionFinding(
            region,
            (await catalogue.regions()).map(({ name }) => name),
          ),
        ),
    type === null ? [] : [typeFinding(type, region, types)],
    imageId === null && imageFamily === null
      ? []
      : await tried('image', 'Image', async () => imageFinding(wishes, await catalogue.images())),
    sshKey === null || !sshKeys
      ? []
      : await tried('ssh_key', 'SSH Key', async () =>
          isAmong('ssh_key', 'SSH Key', sshKey, await sshKeys.list(), 'devbox ssh-keys'),
        ),
    wishes.filesystems.length === 0 || !filesystems
      ? []
      : await tried('filesystem', 'Filesystem', async () => {
          const all = await filesystems.list();
          return wishes.filesystems.map((name) => regional('filesystem', 'Filesystem', name, region, all));
        }),
    wishes.rulesets.length === 0 || !firewall
      ? []
      : await tried('ruleset', 'Ruleset', async () => {
          const all = await firewall.rulesets();
          return wishes.rulesets.map((name) => regional('ruleset', 'Ruleset', name, region, all));
        }),
  ];
  return [...connection, ...clock, ...rest.flat()];
}

function regionFinding(region: string, known: readonly string[]): Finding {
  if (known.includes(region)) return ok('region', 'Region', region);
  return unknown('region', 'Region', region, known, 'devbox regions');
}

function typeFinding(name: string, region: string | null, types: readonly InstanceType[]): Finding {
  const type = types.find((each) => each.name === name);
  if (!type) {
    const known = types.map((each) => each.name);
    return unknown('type', 'Type', name, known, 'devbox instance_types available_only=false');
  }
  const free = type.regionsWithCapacity ?? [];
  if (region === null ? free.length > 0 : free.includes(region)) {
    return ok('type', 'Type', `${name}, with capacity in ${region ?? free.join(', ')}`);
  }
  const elsewhere = free.length === 0 ? 'and nowhere else' : `but in ${free.join(', ')}`;
  const found =
    region === null ? `${name}: no capacity now` : `${name}: no capacity in ${region} now, ${elsewhere}`;
  const [other] = free;
  const remedy =
    other === undefined ? 'devbox up asks again for a while: max_retries=100' : `region=${other}`;
  return warning('type', 'Type', found, remedy);
}

function imageFinding({ region, imageId, imageFamily }: LambdaWishes, images: readonly Image[]): Finding {
  const wanted = imageId ?? imageFamily ?? '';
  const keyOf = (image: Image): string => (imageId === null ? image.family : image.id);
  const matching = images.filter((image) => keyOf(image) === wanted);
  if (matching.length === 0) {
    return unknown('image', 'Image', wanted, [...new Set(images.map(keyOf))], 'devbox images');
  }
  return regional(
    'image',
    'Image',
    wanted,
    region,
    matching.map((image) => ({ ...image, name: keyOf(image) })),
  );
}

interface Named {
  readonly id: string;
  readonly name: string;
}

const find = <T extends Named>(wanted: string, all: readonly T[]): T[] =>
  all.filter(({ id, name }) => id === wanted || name === wanted);

function isAmong(check: string, label: string, name: string, all: readonly Named[], list: string): Finding {
  if (find(name, all).length > 0) return ok(check, label, name);
  return unknown(
    check,
    label,
    name,
    all.map((each) => each.name),
    list,
  );
}

/** Something that is good for boxes of one region. */
function regional(
  check: string,
  label: string,
  wanted: string,
  region: string | null,
  all: readonly (Named & { readonly region: string })[],
): Finding {
  const found = find(wanted, all);
  if (found.length === 0) {
    const lists: Record<string, string> = { filesystem: 'devbox filesystems', ruleset: 'devbox firewall' };
    return unknown(
      check,
      label,
      wanted,
      all.map(({ name }) => name),
      lists[check] ?? 'devbox list',
    );
  }
  const regions = [...new Set(found.map((each) => each.region))];
  if (region === null || regions.includes(region))
    return ok(check, label, `${wanted}, in ${region ?? regions.join(', ')}`);
  const there = regions.join(', ');
  return problem(check, label, `${wanted} is in ${there}, and not in ${region}`, `region=${regions[0]}`);
}

function unknown(
  check: string,
  label: string,
  name: string,
  known: readonly string[],
  list: string,
): Finding {
  const near = nearest(name, known);
  const meant = near === undefined ? '' : `Did you mean ${near}? `;
  const [only, ...more] = known;
  const total =
    only === undefined
      ? 'there is none'
      : more.length === 0
        ? `there is only ${only}`
        : `none of the ${known.length} that there are`;
  return problem(check, label, `${name}: ${total}`, `${meant}${list} shows them`);
}
