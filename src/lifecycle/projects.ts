import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Clock } from '../base/clock.ts';
import { mainTable } from './deployment.ts';
import type { ProjectName } from './names.ts';
import type { Project } from './project.ts';
import { parseRow, schemaVersion, statusWords } from './row.ts';
import { type Change, type LaunchClaim, launchClaimed } from './transitions.ts';

/** How a conditional write ended: the row as it is now, or that somebody else was faster and what there is instead. */
export type Written =
  | { readonly done: true; readonly project: Project }
  | { readonly done: false; readonly now: Project | null };

/**
 * The rows of the projects. Reads are consistent; every write names the attributes that it changes and holds only while
 * the row is as it was read: its status, its run id and its revision.
 */
export interface ProjectStore {
  get(name: ProjectName): Promise<Project | null>;
  /** All projects, in no order. */
  list(): Promise<Project[]>;
  /**
   * The projects whose row has this id anywhere in it, also in what this version of devbox cannot read.
   */
  whoNames(id: string): Promise<ProjectName[]>;
  /** A project that nothing runs of yet; not done where the row exists. */
  create(name: ProjectName, facts: { readonly baseImage: string }): Promise<Written>;
  /** Claims a launch of a project that has no row yet. */
  createLaunching(name: ProjectName, claim: LaunchClaim): Promise<Written>;
  /** One of the changes of transitions.ts. */
  change(project: Project, change: Change): Promise<Written>;
  /** Takes the row away. */
  remove(project: Project): Promise<Written | { readonly done: true; readonly project: null }>;
}

/**
 * The store over the main table of a deployment. Errors of AWS' library come through as they are.
 * @param random a number from 0 up to but not including 1; marks each write, so that one whose answer was lost, and that
 *   AWS' library sent again, is known as the own one.
 */
export function openProjects(
  dynamo: DynamoDBDocumentClient,
  table: string,
  clock: Clock,
  random: () => number,
): ProjectStore {
  const keyName = mainTable.partitionKey;

  async function update(
    name: ProjectName,
    change: Change,
    { expression, names, values }: Condition,
  ): Promise<Written> {
    const mark = random().toString(36).slice(2, 14);
    const set: Record<string, unknown> = {
      ...change.set,
      WriteMark: mark,
      Status: change.status,
      SchemaVersion: schemaVersion,
      LastUpdated: new Date(clock.now()).toISOString(),
    };
    const given = Object.entries(set).filter(([, value]) => value !== undefined);
    const sets = given.map((_, index) => `#s${index} = :s${index}`);
    const removed = change.remove.filter((attribute) => set[attribute] === undefined);
    const removes = removed.map((_, index) => `#r${index}`);
    try {
      const { Attributes } = await dynamo.send(
        new UpdateCommand({
          TableName: table,
          Key: { [keyName]: name },
          UpdateExpression: [
            `SET ${[...sets, '#revision = if_not_exists(#revision, :none) + :one'].join(', ')}`,
            ...(removes.length === 0 ? [] : [`REMOVE ${removes.join(', ')}`]),
          ].join(' '),
          ConditionExpression: expression,
          ExpressionAttributeNames: {
            ...names,
            ...Object.fromEntries(given.map(([attribute], index) => [`#s${index}`, attribute])),
            ...Object.fromEntries(removed.map((attribute, index) => [`#r${index}`, attribute])),
            '#revision': 'Revision',
          },
          ExpressionAttributeValues: {
            ...values,
            ...Object.fromEntries(given.map(([, value], index) => [`:s${index}`, value])),
            ':none': 0,
            ':one': 1,
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      const project = parseRow(Attributes);
      if (project === null) throw new Error(`the row of ${name} was written and is none`);
      return { done: true, project };
    } catch (error) {
      if (!isConflict(error)) throw error;
      const item = await read(name);
      const now = parseRow(item);
      return now !== null && item?.['WriteMark'] === mark
        ? { done: true, project: now }
        : { done: false, now };
    }
  }

  async function read(name: ProjectName): Promise<Record<string, unknown> | undefined> {
    const { Item } = await dynamo.send(
      new GetCommand({ TableName: table, Key: { [keyName]: name }, ConsistentRead: true }),
    );
    return Item;
  }

  async function scan(): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const { Items, LastEvaluatedKey } = await dynamo.send(
        new ScanCommand({ TableName: table, ConsistentRead: true, ExclusiveStartKey: start }),
      );
      items.push(...(Items ?? []));
      start = LastEvaluatedKey;
    } while (start !== undefined);
    return items;
  }

  const get = async (name: ProjectName): Promise<Project | null> => parseRow(await read(name));

  return {
    get,
    list: async () => (await scan()).flatMap((item) => parseRow(item) ?? []),
    async whoNames(id) {
      const rows = await scan();
      return rows.flatMap((item) => (JSON.stringify(item).includes(id) ? (parseRow(item)?.name ?? []) : []));
    },
    create: (name, { baseImage }) =>
      update(
        name,
        { status: statusWords.ready, set: { BaseAmi: baseImage, Saves: [], Generation: 0 }, remove: [] },
        absent,
      ),
    createLaunching: (name, claim) => update(name, launchClaimed(null, claim), absent),
    change: (project, change) => update(project.name, change, asRead(project)),
    async remove(project) {
      const { expression, names, values } = asRead(project);
      try {
        await dynamo.send(
          new DeleteCommand({
            TableName: table,
            Key: { [keyName]: project.name },
            ConditionExpression: expression,
            ExpressionAttributeNames: names,
            ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
          }),
        );
        return { done: true, project: null };
      } catch (error) {
        if (!isConflict(error)) throw error;
        const now = await get(project.name);
        return now === null ? { done: true, project: null } : { done: false, now };
      }
    },
  };
}

function isConflict(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

interface Condition {
  readonly expression: string;
  readonly names: Record<string, string>;
  readonly values: Record<string, unknown>;
}

const absent: Condition = {
  expression: 'attribute_not_exists(#key)',
  names: { '#key': mainTable.partitionKey },
  values: {},
};

/** Holds while nobody has changed the row since it was read. */
function asRead(project: Project): Condition {
  const parts = [
    'attribute_exists(#key)',
    project.status === '' ? 'attribute_not_exists(#status)' : '#status = :status',
    project.runId === null ? 'attribute_not_exists(#run)' : '#run = :run',
    project.revision === null ? 'attribute_not_exists(#revision)' : '#revision = :revision',
  ];
  return {
    expression: parts.join(' AND '),
    names: {
      '#key': mainTable.partitionKey,
      '#status': 'Status',
      '#run': 'RunId',
      '#revision': 'Revision',
    },
    values: {
      ...(project.status === '' ? {} : { ':status': project.status }),
      ...(project.runId === null ? {} : { ':run': project.runId }),
      ...(project.revision === null ? {} : { ':revision': project.revision }),
    },
  };
}
