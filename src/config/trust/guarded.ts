import type { PlainValue } from '../../compose/index.ts';
import { parseEndpoint } from '../../remote/copy/endpoint.ts';

/** What the reasons of the table depend on. */
export interface Situation {
  /** The configuration, resolved. */
  readonly config: Readonly<Record<string, PlainValue>>;
  /** The words after `--` replace what the configuration says. */
  readonly hasRest: boolean;
  /** Whether a path, relative to the working directory, lies in the project. */
  readonly isAtHome: (path: string) => boolean;
}

/** A setting that a project which is merely found must not decide. */
interface Guarded {
  /** Matches the path of the setting, with dots. */
  readonly key: RegExp;
  /** Completes "the project sets KEY, which ...". */
  readonly why: string;
  /** Whether this value does any harm; by default every one does. */
  readonly harms?: (value: PlainValue, situation: Situation) => boolean;
}

const isGiven = (value: PlainValue): boolean => value !== null && value !== '???';
const isSet = (value: PlainValue): boolean => isGiven(value) && value !== false;
const isFilled = (value: PlainValue): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

const runsHere = (value: PlainValue, { config }: Situation): boolean =>
  isFilled(value) && Object(config['api'])['provider'] === 'local';

/** Commands that take from a box what cannot be had again. */
const ending: ReadonlySet<PlainValue | undefined> = new Set([
  'down',
  'redeploy',
  'stop',
  'cleanup',
  'lease_release',
]);

const ends = (value: PlainValue, { config }: Situation): boolean =>
  isSet(value) && ending.has(config['command']);

/** In `run`: which files travel, what is run with them, and whether the box ends. */
const inRun = (value: PlainValue, { config }: Situation): boolean =>
  config['command'] === 'run' && (Array.isArray(value) ? isFilled(value) : isSet(value));

/** A box that a command ends, or `run` when it is done. */
const endsBox = (value: PlainValue, situation: Situation): boolean => {
  const { after = null } = situation.config;
  return ends(value, situation) || (inRun(value, situation) && isSet(after) && after !== 'keep');
};

/** In commands that delete something other than a box: `volumes_rm`, `volumes_files_rm`, `templates_delete`. */
const erases = (value: PlainValue, { config }: Situation): boolean =>
  isSet(value) && /(?:_(?:rm|delete)|^delete_project)$/.test(String(config['command']));

/** A path of this machine outside the project, or several of which one is; `-` is a stream. */
const isElsewhere = (value: PlainValue, { isAtHome }: Situation): boolean =>
  [value].flat().some((path) => typeof path === 'string' && isGiven(path) && path !== '-' && !isAtHome(path));

/** A side of a copy that is such a path, and not one in a box. */
const isLocalElsewhere = (value: PlainValue, situation: Situation): boolean =>
  typeof value === 'string' && parseEndpoint(value).kind === 'local' && isElsewhere(value, situation);

/** The first row that matches a setting counts. */
const table: readonly Guarded[] = [
  {
    key: /^api\.(provider|timeout|request_interval|launch_interval|idle_timeout|launch|region|param_prefix|keep_images|poll_interval|appear_within)$/,
    why: '',
    harms: () => false,
  },
  { key: /^api\.api_key$/, why: 'decides which credentials are sent', harms: isSet },
  { key: /^api\.insecure$/, why: 'lets your credentials travel unencrypted', harms: isSet },
  { key: /^api\./, why: 'decides where your credentials are sent', harms: isGiven },
  {
    key: /^leases\.(store|table|region)$/,
    why: 'decides where your leases are kept',
    harms: (value, { config }) => isGiven(value) && Object(config['leases'])['store'] !== 'files',
  },
  { key: /^leases\.endpoint$/, why: 'decides where your AWS credentials are sent', harms: isSet },
  { key: /^leases\.profile$/, why: 'decides which AWS credentials are used', harms: isSet },
  { key: /^ssh\.identity_file$/, why: 'decides which file of this machine ssh reads as a key', harms: isSet },
  { key: /^ssh\.config_dir$/, why: 'decides where files for ssh are written', harms: isSet },
  { key: /^ssh\.forward_agent$/, why: 'lends your SSH agent to the box', harms: isSet },
  {
    key: /^(cloud_init\.file|env_file)$/,
    why: 'sends a file from outside the project to the box',
    harms: (value, { isAtHome }) => isSet(value) && !(typeof value === 'string' && isAtHome(value)),
  },
  {
    key: /^argv$/,
    why: 'is run where the box is',
    harms: (value, situation) =>
      !situation.hasRest && (runsHere(value, situation) || inRun(value, situation)),
  },
  { key: /^directory$/, why: 'decides what is overwritten in the box', harms: inRun },
  { key: /^artifacts$/, why: 'decides which files the box replaces here', harms: inRun },
  {
    key: /^after$/,
    why: 'decides whether the box is ended',
    harms: (value, situation) => value !== 'keep' && inRun(value, situation),
  },
  {
    key: /^startup_command$/,
    why: 'is run on this machine, where the box is',
    harms: (value, { config, hasRest }) =>
      !hasRest && isSet(value) && Object(config['api'])['provider'] === 'local',
  },
  { key: /^env$/, why: 'is given to what is run on this machine, where the box is', harms: runsHere },
  { key: /^instance_identifier$/, why: 'decides which box is ended', harms: endsBox },
  {
    key: /^force$/,
    why: 'ends or deletes without asking',
    harms: (value, situation) => ends(value, situation) || erases(value, situation),
  },
  { key: /^orphans$/, why: 'ends boxes that no lease here knows', harms: isSet },
  {
    key: /^lease$/,
    why: 'decides which lease is given up',
    harms: (value, { config }) => isGiven(value) && config['command'] === 'lease_release',
  },
  {
    key: /^(volume|path|filesystem|ruleset|ssh_key|template|credential|project)$/,
    why: 'decides what is deleted',
    harms: erases,
  },
  { key: /^source$/, why: 'sends a file from outside the project to the box', harms: isLocalElsewhere },
  { key: /^target$/, why: 'decides what is written outside the project', harms: isLocalElsewhere },
  { key: /^(files|from_file)$/, why: 'sends a file from outside the project', harms: isElsewhere },
  { key: /^output$/, why: 'decides what is written outside the project', harms: isElsewhere },
  { key: /^rules$/, why: 'decides who reaches your boxes', harms: isFilled },
  { key: /^private_key_file$/, why: 'decides where a private key is written', harms: isSet },
  {
    key: /^discard$/,
    why: 'gives up what is not saved',
    harms: (value, situation) => ends(value, situation) || erases(value, situation),
  },
  { key: /^purge$/, why: 'deletes what is persistent of a box', harms: ends },
  { key: /^tailscale\./, why: 'gives the box your key for Tailscale', harms: isSet },
  { key: /^(hooks?|scripts?|plugins?|tools?)$/, why: 'is run on this machine', harms: isSet },
];

/** A setting that matters, with the reason. */
export interface GuardedSetting {
  readonly path: readonly string[];
  readonly value: PlainValue;
  readonly why: string;
}

/** The settings of a configuration that a project must not decide, whoever decided them. */
export function guardedSettings(situation: Situation): GuardedSetting[] {
  const found: GuardedSetting[] = [];
  const visit = (value: PlainValue, path: readonly string[]): void => {
    const row = path.length === 0 ? undefined : table.find(({ key }) => key.test(path.join('.')));
    if (row) {
      if (row.harms?.(value, situation) ?? true) found.push({ path, value, why: row.why });
      return;
    }
    if (path.length >= 2 || typeof value !== 'object' || value === null || Array.isArray(value)) return;
    for (const [key, child] of Object.entries(value)) visit(child, [...path, key]);
  };
  visit(situation.config, []);
  return found;
}

/** Whether a value is the credential, or holds it, or holds what was typed. */
export function isCredential(path: string): boolean {
  return (
    /^(api(\.api_key.*)?)?$/.test(path) || /^hydra($|\.overrides|\.job$|\.job\.override_dirname$)/.test(path)
  );
}
