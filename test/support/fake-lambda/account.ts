import { createHash } from 'node:crypto';
import type { Catalogue, RegionRecord } from './catalogue.ts';
import type { Resources } from './resources.ts';

/** A refusal in the API's own terms. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly suggestion?: string;
}

export type Outcome = { readonly data: unknown } | { readonly refusal: Refusal };

export interface AccountOptions {
  readonly catalogue: Catalogue;
  readonly resources: Resources;
  /** What successive looks at a new instance find; the last word stays. */
  readonly statuses: readonly string[];
  /** Instead of by looks: milliseconds from `booting` to `active`. */
  readonly bootMilliseconds: number | undefined;
  /** Of every instance; undefined: one of its own, from those of documentation. */
  readonly address: string | undefined;
  /** Looks for which a new instance is not shown yet. */
  readonly hiddenLooks: number;
  /** Launches that are refused for lack of capacity before one is accepted. */
  readonly capacityRefusals: number;
}

export interface FakeInstance {
  readonly id: string;
  readonly launchedAtMs: number;
  /** What it was launched with. */
  request: Readonly<Record<string, unknown>>;
  name: unknown;
  looks: number;
  /** Looks since its end was asked for; undefined while it lives. */
  endLooks: number | undefined;
  /** Whether its end was asked for. */
  readonly terminated: boolean;
}

/** What an account has of instances, to begin another one with. */
export interface InstancesState {
  readonly instances: readonly Omit<FakeInstance, 'terminated'>[];
  readonly launches: number;
}

/** The state of the imitated account and what the operations do to it. */
export class Account {
  readonly instances: FakeInstance[] = [];
  private readonly options: AccountOptions;
  private refusalsLeft: number;
  private launches = 0;

  constructor(options: AccountOptions, from: InstancesState = { instances: [], launches: 0 }) {
    this.options = options;
    this.refusalsLeft = options.capacityRefusals;
    this.launches = from.launches;
    this.instances.push(...from.instances.map(living));
  }

  get state(): InstancesState {
    const instances = this.instances.map(({ terminated: _, ...rest }) => ({ ...rest }));
    return { instances, launches: this.launches };
  }

  /** Puts an instance into the account, as if somebody had launched it; `looks` says how far its boot is. */
  add(request: Readonly<Record<string, unknown>>, looks = 0): FakeInstance {
    this.launches += 1;
    const id = createHash('sha256').update(`instance ${this.launches}`).digest('hex').slice(0, 32);
    const name = request['name'];
    const made = living({ id, launchedAtMs: Date.now(), request, name, looks, endLooks: undefined });
    this.instances.push(made);
    return made;
  }

  list(): Outcome {
    return { data: [...this.instances].flatMap((instance) => this.look(instance) ?? []) };
  }

  get(id: string): Outcome {
    const instance = this.instances.find((each) => each.id === id);
    const record = instance && this.look(instance);
    return record === undefined ? { refusal: noInstance } : { data: record };
  }

  types(asList: boolean): Outcome {
    const { types } = this.options.catalogue;
    if (asList) return { data: types };
    return { data: Object.fromEntries(types.map((item) => [item.instance_type.name, item])) };
  }

  launch(body: Readonly<Record<string, unknown>>): Outcome {
    const { catalogue, resources } = this.options;
    const type = catalogue.types.find((item) => item.instance_type.name === body['instance_type_name']);
    const keys = strings(body['ssh_key_names']);
    const filesystems = strings(body['file_system_names']);
    if (type === undefined) return { refusal: noResource('instance type') };
    if (keys.length !== 1) return { refusal: invalid('Exactly one SSH key must be given.') };
    if (!keys.every((name) => resources.sshKeys.some((key) => key.name === name))) {
      return { refusal: noResource('SSH key') };
    }
    const mounted = ids(body['file_system_mounts'], 'file_system_id');
    for (const wanted of [...filesystems, ...mounted]) {
      const filesystem = resources.filesystems.find((each) =>
        filesystems.includes(wanted) ? each.name === wanted : each.id === wanted,
      );
      if (filesystem === undefined) return { refusal: noResource('filesystem') };
      if (filesystem.region.name !== body['region_name']) return { refusal: wrongRegion };
    }
    for (const wanted of ids(body['firewall_rulesets'], 'id')) {
      const ruleset = resources.rulesets.find((each) => each.id === wanted);
      if (ruleset === undefined) return { refusal: noResource('firewall ruleset') };
      if (ruleset.region.name !== body['region_name']) {
        return { refusal: invalid('The firewall ruleset is in another region.') };
      }
    }
    const image = body['image'];
    if (image !== undefined && !catalogue.images.some((each) => fitsImage(image, each))) {
      return { refusal: noResource('image') };
    }
    if (this.refusalsLeft > 0) {
      this.refusalsLeft -= 1;
      return { refusal: noCapacity };
    }
    if (!type.regions_with_capacity_available.some(({ name }) => name === body['region_name'])) {
      return { refusal: noCapacity };
    }
    return { data: { instance_ids: [this.add(body).id] } };
  }

  terminate(body: Readonly<Record<string, unknown>>): Outcome {
    const ids = strings(body['instance_ids']);
    const found = ids.map((id) => this.instances.find((each) => each.id === id));
    const records: Record<string, unknown>[] = [];
    for (const instance of found) {
      if (instance === undefined) return { refusal: noInstance };
      instance.endLooks ??= 0;
      records.push(this.record(instance, 'terminating'));
    }
    return { data: { terminated_instances: records } };
  }

  rename(id: string, body: Readonly<Record<string, unknown>>): Outcome {
    const instance = this.instances.find((each) => each.id === id && !each.terminated);
    if (instance === undefined) return { refusal: noInstance };
    if (typeof body['name'] === 'string') instance.name = body['name'];
    return { data: this.look(instance) ?? this.record(instance, 'booting') };
  }

  /** The instances that live and were launched with a filesystem or ruleset. */
  users(
    field: 'filesystem' | 'ruleset',
    { id, name }: { readonly id: string; readonly name: string },
  ): string[] {
    return this.instances
      .filter(({ terminated, request }) => {
        if (terminated) return false;
        if (field === 'ruleset') return ids(request['firewall_rulesets'], 'id').includes(id);
        return (
          strings(request['file_system_names']).includes(name) ||
          ids(request['file_system_mounts'], 'file_system_id').includes(id)
        );
      })
      .map((instance) => instance.id);
  }

  /** A restarted instance boots again. */
  restart(body: Readonly<Record<string, unknown>>): Outcome {
    const found = strings(body['instance_ids']).map((id) => this.instances.find((each) => each.id === id));
    const records: Record<string, unknown>[] = [];
    for (const instance of found) {
      if (instance === undefined || instance.terminated) return { refusal: noInstance };
      instance.looks = this.options.hiddenLooks;
      records.push(this.record(instance, 'booting'));
    }
    return { data: { restarted_instances: records } };
  }

  /** One look: time goes by in looks. An ended instance is shown once as `terminated`, then forgotten. */
  private look(instance: FakeInstance): Record<string, unknown> | undefined {
    if (instance.endLooks !== undefined) {
      instance.endLooks += 1;
      if (instance.endLooks > 2) this.instances.splice(this.instances.indexOf(instance), 1);
      if (instance.endLooks > 2) return undefined;
      return this.record(instance, instance.endLooks === 1 ? 'terminating' : 'terminated');
    }
    const shown = instance.looks - this.options.hiddenLooks;
    instance.looks += 1;
    return shown < 0 ? undefined : this.record(instance, this.statusAt(instance, shown));
  }

  private statusAt(instance: FakeInstance, look: number): string {
    const { statuses, bootMilliseconds } = this.options;
    if (bootMilliseconds !== undefined) {
      return Date.now() - instance.launchedAtMs < bootMilliseconds ? 'booting' : 'active';
    }
    return statuses[Math.min(look, statuses.length - 1)] ?? 'booting';
  }

  private record(instance: FakeInstance, status: string): Record<string, unknown> {
    const { request } = instance;
    const number = this.instances.indexOf(instance) + 1;
    const isUp = status === 'active' || status === 'unhealthy';
    const type = this.options.catalogue.types.find(
      (item) => item.instance_type.name === request['instance_type_name'],
    );
    const jupyterToken = instance.id.split('').reverse().join('');
    return {
      id: instance.id,
      ...(instance.name === undefined ? {} : { name: instance.name }),
      status,
      ...(isUp ? { ip: this.options.address ?? `198.51.100.${number}`, private_ip: `10.0.2.${number}` } : {}),
      hostname: request['hostname'] ?? `198-51-100-${number}`,
      ssh_key_names: strings(request['ssh_key_names']),
      file_system_names: [
        ...strings(request['file_system_names']),
        ...ids(request['file_system_mounts'], 'file_system_id').flatMap(
          (id) => this.options.resources.filesystems.find((each) => each.id === id)?.name ?? [],
        ),
      ],
      ...(request['file_system_mounts'] === undefined
        ? {}
        : { file_system_mounts: request['file_system_mounts'] }),
      ...(request['firewall_rulesets'] === undefined
        ? {}
        : { firewall_rulesets: request['firewall_rulesets'] }),
      region: this.region(request['region_name']),
      instance_type: type?.instance_type,
      ...(isUp
        ? {
            jupyter_token: jupyterToken,
            jupyter_url: `https://jupyter-${instance.id}.example.com/?token=${jupyterToken}`,
          }
        : {}),
      actions: actionsAt(status),
      is_reserved: false,
      ...(request['tags'] === undefined ? {} : { tags: request['tags'] }),
    };
  }

  private region(name: unknown): RegionRecord {
    const all = this.options.catalogue.types.flatMap((item) => item.regions_with_capacity_available);
    return all.find((each) => each.name === name) ?? { name: String(name), description: 'Somewhere' };
  }
}

function living(record: Omit<FakeInstance, 'terminated'>): FakeInstance {
  const instance: FakeInstance = {
    ...record,
    get terminated() {
      return instance.endLooks !== undefined;
    },
  };
  return instance;
}

function actionsAt(status: string): Record<string, unknown> {
  const up = { available: true };
  const booting = {
    available: false,
    reason_code: 'vm-has-not-launched',
    reason_description: 'It has not launched yet.',
  };
  const isUp = status === 'active';
  return {
    migrate: isUp ? up : booting,
    rebuild: isUp ? up : booting,
    restart: isUp ? up : booting,
    cold_reboot: isUp ? up : booting,
    terminate: status === 'terminating' || status === 'terminated' ? booting : up,
  };
}

/** An image is asked for by its ID or its family. */
function fitsImage(asked: unknown, image: Readonly<Record<string, unknown>>): boolean {
  if (typeof asked !== 'object' || asked === null) return false;
  if ('id' in asked) return asked.id === image['id'];
  return 'family' in asked && asked.family === image['family'];
}

/** A field of each record of a list. */
function ids(value: unknown, field: string): string[] {
  return Array.isArray(value) ? value.flatMap((each) => strings([Object(each)[field]])) : [];
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

const noInstance: Refusal = {
  status: 404,
  code: 'global/object-does-not-exist',
  message: 'There is no such instance.',
};

const noCapacity: Refusal = {
  status: 400,
  code: 'instance-operations/launch/insufficient-capacity',
  message: 'There is not enough capacity for this launch.',
  suggestion: 'Take a type or region with more capacity, or try again later.',
};

const wrongRegion: Refusal = {
  status: 400,
  code: 'instance-operations/launch/file-system-in-wrong-region',
  message: 'The filesystem is in another region than the instance.',
};

export const badKey: Refusal = {
  status: 401,
  code: 'global/invalid-api-key',
  message: 'This API key is not valid.',
  suggestion: 'Make a new key and try again.',
};

export const invalid = (message: string): Refusal => ({
  status: 400,
  code: 'global/invalid-parameters',
  message,
});

export const noResource = (what: string): Refusal => ({
  status: 404,
  code: 'global/object-does-not-exist',
  message: `There is no such ${what}.`,
  suggestion: 'Look the name up and try again.',
});
