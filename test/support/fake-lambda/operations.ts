import { type Account, invalid, type Outcome } from './account.ts';
import { auditPage } from './audit.ts';
import type { Catalogue } from './catalogue.ts';
import type { Resources } from './resources.ts';

/** Versions of the API that are imitated where they differ. */
export type ApiVersion = '1.8.3' | '1.10.0';

/** One request as the operations see it. */
export interface Asked {
  readonly account: Account;
  readonly catalogue: Catalogue;
  readonly resources: Resources;
  readonly version: ApiVersion;
  readonly typesAsList: boolean;
  readonly auditPageSize: number;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** The last part of the path, where that is an id. */
  readonly id: string;
}

export type Operation = (asked: Asked) => Outcome & { readonly beside?: Record<string, unknown> };

export const launchPath = '/instance-operations/launch';

const operations: Readonly<Record<string, Operation>> = {
  'GET /instances': ({ account }) => account.list(),
  'GET /instances/{id}': ({ account, id }) => account.get(id),
  'POST /instances/{id}': withBody(({ account, id }, body) => account.rename(id, body)),
  'GET /instance-types': ({ account, typesAsList }) => account.types(typesAsList),
  'GET /images': ({ catalogue }) => ({ data: catalogue.images }),
  'GET /regions': ({ catalogue }) => ({ data: catalogue.regions }),
  'GET /file-systems': ({ resources, account }) => resources.listFilesystems(account),
  'POST /filesystems': withBody(({ resources }, body) => resources.addFilesystem(body)),
  'DELETE /filesystems/{id}': ({ resources, id, account }) => resources.removeFilesystem(id, account),
  'GET /ssh-keys': ({ resources }) => ({ data: resources.sshKeys }),
  'POST /ssh-keys': withBody(({ resources }, body) => resources.addKey(body)),
  'DELETE /ssh-keys/{id}': ({ resources, id }) => resources.removeKey(id),
  'GET /firewall-rules': ({ resources }) => resources.rules(),
  'PUT /firewall-rules': withBody(({ resources }, body) => resources.replaceRules(body)),
  'GET /firewall-rulesets': ({ resources, account }) => resources.listRulesets(account),
  'POST /firewall-rulesets': withBody(({ resources, account }, body) => resources.addRuleset(body, account)),
  'GET /firewall-rulesets/global': ({ resources }) => resources.global(),
  'PATCH /firewall-rulesets/global': withBody(({ resources }, body) => resources.changeGlobal(body)),
  'GET /firewall-rulesets/{id}': ({ resources, id, account }) => resources.getRuleset(id, account),
  'PATCH /firewall-rulesets/{id}': withBody(({ resources, id, account }, body) =>
    resources.changeRuleset(id, body, account),
  ),
  'DELETE /firewall-rulesets/{id}': ({ resources, id, account }) => resources.removeRuleset(id, account),
  'GET /audit-events': (asked) => auditPage(asked),
  [`POST ${launchPath}`]: withBody(({ account }, body) => account.launch(body)),
  'POST /instance-operations/restart': withBody(({ account }, body) => account.restart(body)),
  'POST /instance-operations/terminate': withBody(({ account }, body) => account.terminate(body)),
};

/** Calls that came with 1.10.0. */
const onlyInNewer: ReadonlySet<string> = new Set(['GET /regions']);

/** What a request is, and the id in its path; undefined for one that is not imitated. */
export function findOperation(
  method: string,
  path: string,
): { operation: Operation; kind: string; id: string } | undefined {
  const exact = `${method} ${path}`;
  const last = path.lastIndexOf('/');
  const kind = Object.hasOwn(operations, exact) ? exact : `${method} ${path.slice(0, last)}/{id}`;
  const operation = Object.hasOwn(operations, kind) ? operations[kind] : undefined;
  return operation && { operation, kind, id: decodeURIComponent(path.slice(last + 1)) };
}

/** Whether a version of the API has a call. */
export function hasOperation(kind: string, version: ApiVersion): boolean {
  return version === '1.10.0' || !onlyInNewer.has(kind);
}

function withBody(use: (asked: Asked, body: Readonly<Record<string, unknown>>) => Outcome): Operation {
  const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  return (asked) =>
    isRecord(asked.body) ? use(asked, asked.body) : { refusal: invalid('The body must be an object.') };
}
