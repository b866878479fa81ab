import type { LaunchAnswer, Phase } from '../acquire/outcome.ts';
import type { DevboxError } from '../base/errors.ts';
import type { Http } from '../base/http.ts';
import type { ApiSettings } from '../leases/lease.ts';
import type { ProviderName } from '../leases/provider-name.ts';
import type { BoxAccess, ExecRequest, ExecStreams, TerminalStreams } from '../remote/access.ts';
import type { KeyPair } from '../remote/keys/key-pair.ts';
import type { Emit } from '../ui/events.ts';

import type { AccountFacet } from './facets/account.ts';
import type { AuditFacet } from './facets/audit.ts';
import type { CatalogueFacet } from './facets/catalogue.ts';
import type { CredentialsFacet } from './facets/credentials.ts';
import type { FilesystemsFacet } from './facets/filesystems.ts';
import type { FirewallFacet } from './facets/firewall.ts';
import type { GpusFacet } from './facets/gpus.ts';
import type { KeysFacet } from './facets/keys.ts';
import type { ProjectsFacet } from './facets/projects.ts';
import type { SshKeysFacet } from './facets/ssh-keys.ts';
import type { TemplatesFacet } from './facets/templates.ts';
import type { Volumes } from './facets/volumes.ts';

import type { BoxFacts } from './facts.ts';

export type {
  BoxAccess,
  BoxFacts,
  ExecRequest,
  ExecStreams,
  LaunchAnswer,
  Phase,
  ProviderName,
  TerminalStreams,
};

/** How a box is reached: over SSH, or through the API of the server that holds it. */
export type Reach =
  | {
      readonly kind: 'ssh';
      readonly host: string;
      readonly port: number;
      /** The one that its image has; null where nobody knows. */
      readonly username: string | null;
    }
  | { readonly kind: 'server' }
  /** Not yet: it has no address, or has ended. */
  | { readonly kind: 'none'; readonly why: string };

/** A development box, whoever provides it. Texts come from the provider and are already free of control characters. */
export interface Box extends BoxFacts {
  readonly id: string;
  readonly name: string | null;
  readonly provider: ProviderName;
  /** The provider's own word, shown as it is; `phase` is what decisions are made on. */
  readonly status: string;
  readonly phase: Phase;
  readonly address: string | null;
  readonly region: string | null;
  readonly type: string | null;
  /** US cents per hour; null where the provider does not say or it costs nothing. */
  readonly priceCentsPerHour: number | null;
  /** ISO 8601 with zone; null where the provider does not say. */
  readonly createdAt: string | null;
  readonly reach: Reach;
  readonly filesystems: readonly string[];
  readonly sshKeys: readonly string[];
  /** More rows for the box's own card, in order, secrets left out: `Private IP`, `Home`, ... */
  readonly extra: readonly { readonly label: string; readonly value: string }[];
}

/** What a launch asks for: the neutral part, and the provider's own settings as its schema validated them. */
export interface LaunchRequest {
  readonly name: string;
  /** The id of its lease, by which the box is found again where the provider can keep it. */
  readonly lease: string;
  /** The tags by which it is known as devbox's and of this lease; a provider that keeps tags adds them. */
  readonly marks: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** How the box will be entered over SSH; absent where its provider has no `sshLaunch`. */
  readonly access?: LaunchAccess;
  /** Parsed by the provider with its own launch schema. */
  readonly settings: unknown;
}

/** What a launch gives a box for SSH. */
export interface LaunchAccess {
  /** Name of the registered key that may enter. */
  readonly keyName: string;
  /** The host key that the box will have; null leaves it to the box. */
  readonly hostKey: KeyPair | null;
  /** How the box joins a tailnet, with a secret key; null keeps it out of any. */
  readonly tailscale: { readonly authKey: string; readonly name: string } | null;
}

/** What the settings of a launch say about SSH. */
export interface SshLaunch {
  /** The registered key that is named; null has devbox make one. */
  readonly keyName: string | null;
  /** Why devbox cannot give the box its host key, as the end of a sentence; null where it can. */
  readonly noHostKey: string | null;
  /** Whether the box joins a tailnet. */
  readonly tailscale: boolean;
}

/**
 * Optional abilities. A provider that lacks one leaves the property out; the command that needs it says which
 * providers have it.
 */
export interface Facets {
  readonly catalogue?: CatalogueFacet;
  readonly filesystems?: FilesystemsFacet;
  readonly sshKeys?: SshKeysFacet;
  readonly firewall?: FirewallFacet;
  readonly audit?: AuditFacet;
  readonly whoami?: AccountFacet;
  readonly keys?: KeysFacet;
  /** Reaching boxes through the provider's server, where `Box.reach` is `server`. */
  readonly server?: { access(box: Box): BoxAccess };
  /** Stopping a box keeps its disk, or what stands for it. Both give back the box as it is then. */
  readonly power?: { stop(box: Box): Promise<Box>; start(box: Box): Promise<Box> };
  /** Names are for people: a box keeps its id. */
  readonly rename?: { rename(box: Box, name: string): Promise<Box> };
  readonly restart?: {
    restart(box: Box): Promise<Box>;
    /** Several with one request. */
    restartTogether?(boxes: readonly Box[]): Promise<Each>;
  };
  /** Making a box anew from what it was made from. */
  readonly redeploy?: { redeploy(box: Box): Promise<Box> };
  readonly volumes?: Volumes;
  readonly gpus?: GpusFacet;
  readonly templates?: TemplatesFacet;
  readonly credentials?: CredentialsFacet;
  readonly projects?: ProjectsFacet;
}

export type FacetName = keyof Facets;

export interface TerminateOptions {
  /** Also delete what would survive the box (its home), where the provider keeps such a thing. */
  readonly purge: boolean;
  /** End the box of a project without saving its disk; absent, it is saved first. */
  readonly discard?: boolean;
}

/** An open connection to a provider. Every method throws DevboxError (or HttpFailure turned into one). */
export interface Provider extends Facets {
  readonly name: ProviderName;
  /**
   * Which account the credentials belong to, as a fingerprint that reveals nothing. Where a provider has servers of their
   * own, it begins with that of the server and a colon.
   */
  readonly account: string;
  /** Settings under `api` that lead here again, beside those that the configuration says itself. */
  readonly apiSettings?: ApiSettings;
  /** All boxes that the provider still shows, ended ones included if it lists them. */
  list(): Promise<Box[]>;
  /** The box with exactly this id, or null. */
  get(id: string): Promise<Box | null>;
  /** What a launch with these settings would ask for, in a few words for the user. */
  describeLaunch(settings: unknown): string;
  /** Where boxes are entered over SSH with a registered key: what these settings say about it. */
  sshLaunch?(settings: unknown): SshLaunch;
  /** One launch call, paced to the provider's limits; never repeated by the provider itself. */
  launch(request: LaunchRequest): Promise<LaunchAnswer>;
  /** Shortest time between two launch calls in seconds, from the provider's published limits. */
  readonly launchIntervalSeconds: number;
  /**
   * How long after a launch without an answer its box may still come up unseen, in minutes; 0 where the list is
   * always complete.
   */
  readonly surfacingMinutes: number;
  /** Every box carries its marks from the beginning: one that has not come up by then does not exist. */
  readonly marksAreSure?: true;
  terminate(box: Box, options: TerminateOptions): Promise<Box>;
  /** Asks for the end of several boxes with one request; for providers of which boxes keep nothing. */
  terminateTogether?(boxes: readonly Box[]): Promise<Each>;
}

/** What came of something that was asked for several boxes, by their ids: each as it is now, or what went wrong. */
export type Each = ReadonlyMap<string, Box | DevboxError>;

/** What opening a provider needs of the world, besides its own `api` settings. */
export interface ProviderDeps {
  readonly emit: Emit;
  /** What several openings in one process keep together, such as a pace; by keys of the provider's own. */
  readonly shared?: Map<string, unknown>;
  /** Stands around every exchange of JSON with the provider. */
  readonly listen?: (http: Http) => Http;
}
