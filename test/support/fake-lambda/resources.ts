import { createHash } from 'node:crypto';
import { type Account, invalid, noResource, type Outcome, type Refusal } from './account.ts';
import type { Catalogue, FilesystemRecord, RulesetRecord, SshKeyRecord } from './catalogue.ts';

type Body = Readonly<Record<string, unknown>>;

/** What users make and delete beside instances: keys, filesystems, firewall rules, in the state of one account. */
export class Resources {
  readonly sshKeys: SshKeyRecord[];
  readonly filesystems: FilesystemRecord[];
  readonly rulesets: RulesetRecord[];
  private globalRules: unknown = [
    { protocol: 'tcp', port_range: [22, 22], source_network: '0.0.0.0/0', description: 'SSH' },
  ];
  private plainRules: unknown = [{ protocol: 'icmp', source_network: '0.0.0.0/0', description: 'Ping' }];
  private readonly catalogue: Catalogue;
  /** Things made so far: their ids come from it. */
  made: number;

  constructor(catalogue: Catalogue, made = 0) {
    this.catalogue = catalogue;
    this.made = made;
    this.sshKeys = [...catalogue.sshKeys];
    this.filesystems = [...catalogue.filesystems];
    this.rulesets = [...catalogue.rulesets];
  }

  /** Without a public key, the server makes a pair and tells the private half this once. */
  addKey(body: Body): Outcome {
    const name = String(body['name']);
    if (this.sshKeys.some((key) => key.name === name)) return { refusal: invalid('There is such a key.') };
    const given = body['public_key'];
    const id = this.id('key');
    const public_key = typeof given === 'string' ? given : `ssh-ed25519 ${'A'.repeat(68)} ${name}`;
    this.sshKeys.push({ id, name, public_key });
    const made = { id, name, public_key };
    return { data: given === undefined ? { ...made, private_key: privateKeyOf(name) } : made };
  }

  removeKey(id: string): Outcome {
    return removeFrom(this.sshKeys, id) ? { data: {} } : { refusal: invalid('There is no such SSH key.') };
  }

  addFilesystem(body: Body): Outcome {
    const region = this.catalogue.regions.find(({ name }) => name === body['region']);
    if (region === undefined) return { refusal: invalid('There is no such region.') };
    const name = String(body['name']);
    if (this.filesystems.some((each) => each.name === name)) return { refusal: duplicate };
    const record: FilesystemRecord = {
      id: this.id('filesystem'),
      name,
      mount_point: `/lambda/nfs/${name}`,
      created: '2026-03-05T10:00:00+00:00',
      created_by: { id: 'c'.repeat(32), email: 'ada@example.com', status: 'active' },
      is_in_use: false,
      region,
    };
    this.filesystems.push(record);
    return { data: record };
  }

  listFilesystems(account: Account): Outcome {
    const data = this.filesystems.map((each) => ({
      ...each,
      is_in_use: each['is_in_use'] === true || account.users('filesystem', each).length > 0,
    }));
    return { data };
  }

  removeFilesystem(id: string, account: Account): Outcome {
    const found = this.filesystems.find((each) => each.id === id);
    if (found === undefined) return { refusal: noResource('filesystem') };
    if (found['is_in_use'] === true || account.users('filesystem', found).length > 0) {
      return { refusal: filesystemInUse };
    }
    removeFrom(this.filesystems, id);
    return { data: { deleted_ids: [id] } };
  }

  listRulesets(account: Account): Outcome {
    return { data: this.rulesets.map((each) => this.shown(each, account)) };
  }

  getRuleset(id: string, account: Account): Outcome {
    const found = this.rulesets.find((each) => each.id === id);
    return found ? { data: this.shown(found, account) } : { refusal: noResource('firewall ruleset') };
  }

  addRuleset(body: Body, account: Account): Outcome {
    const region = this.catalogue.regions.find(({ name }) => name === body['region']);
    if (region === undefined) return { refusal: invalid('There is no such region.') };
    const record: RulesetRecord = {
      id: this.id('ruleset'),
      name: String(body['name']),
      region,
      created: '2026-03-05T10:00:00+00:00',
      instance_ids: [],
      rules: Array.isArray(body['rules']) ? body['rules'] : [],
    };
    this.rulesets.push(record);
    return { data: this.shown(record, account) };
  }

  changeRuleset(id: string, body: Body, account: Account): Outcome {
    const at = this.rulesets.findIndex((each) => each.id === id);
    const before = this.rulesets[at];
    if (before === undefined) return { refusal: noResource('firewall ruleset') };
    const after: RulesetRecord = {
      ...before,
      ...(typeof body['name'] === 'string' ? { name: body['name'] } : {}),
      ...(Array.isArray(body['rules']) ? { rules: body['rules'] } : {}),
    };
    this.rulesets[at] = after;
    return { data: this.shown(after, account) };
  }

  removeRuleset(id: string, account: Account): Outcome {
    const found = this.rulesets.find((each) => each.id === id);
    if (found === undefined) return { refusal: noResource('firewall ruleset') };
    if (account.users('ruleset', found).length > 0) return { refusal: rulesetInUse };
    removeFrom(this.rulesets, id);
    return { data: {} };
  }

  global(): Outcome {
    return { data: { id: 'global', name: 'Global Firewall Rules', rules: this.globalRules } };
  }

  changeGlobal(body: Body): Outcome {
    this.globalRules = body['rules'] ?? this.globalRules;
    return this.global();
  }

  rules(): Outcome {
    return { data: this.plainRules };
  }

  replaceRules(body: Body): Outcome {
    this.plainRules = body['data'];
    return this.rules();
  }

  private shown(ruleset: RulesetRecord, account: Account): Record<string, unknown> {
    return { ...ruleset, instance_ids: account.users('ruleset', ruleset) };
  }

  private id(kind: string): string {
    this.made += 1;
    return createHash('sha256').update(`${kind} ${this.made}`).digest('hex').slice(0, 32);
  }
}

/** Nobody's key, in the form of one. */
export const privateKeyOf = (name: string): string =>
  `-----BEGIN OPENSSH PRIVATE KEY-----\nonly-in-a-file-${name}\n-----END OPENSSH PRIVATE KEY-----\n`;

function removeFrom(records: { readonly id: string }[], id: string): boolean {
  const at = records.findIndex((each) => each.id === id);
  if (at >= 0) records.splice(at, 1);
  return at >= 0;
}

const duplicate: Refusal = {
  status: 400,
  code: 'global/duplicate',
  message: 'There is a filesystem of this name.',
};

const filesystemInUse: Refusal = {
  status: 400,
  code: 'filesystems/filesystem-in-use',
  message: 'The filesystem is in use.',
};

const rulesetInUse: Refusal = {
  status: 400,
  code: 'firewall-rulesets/firewall-ruleset-in-use',
  message: 'The firewall ruleset is in use.',
  suggestion: 'Terminate its instances first.',
};
