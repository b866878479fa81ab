import * as z from 'zod/mini';
import type { BoxSpec } from '../engine.ts';
import { specSchema } from '../spec.ts';

/** Whose container it is: the value is the id of the server that made it. */
export const serverLabel = 'devbox.server';
/** Which box it is. */
export const boxLabel = 'devbox.box';
/** Which making of the box it comes from: a box that is made anew has two containers for a moment. */
export const deployLabel = 'devbox.deploy';
const createdLabel = 'devbox.created';
const specLabel = 'devbox.spec';
const namesLabel = 'devbox.env';

/** What a container's labels and variables say about its box. */
export interface BoxMark {
  readonly box: string;
  readonly deploy: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly spec: BoxSpec;
}

/** The labels of a container. The values of variables are in the container once already and stay out of them. */
export function toLabels(server: string, { box, deploy, createdAt, spec }: BoxMark): Record<string, string> {
  return {
    [serverLabel]: server,
    [boxLabel]: box,
    [deployLabel]: deploy,
    [createdLabel]: String(createdAt),
    [specLabel]: JSON.stringify({ ...spec, env: {} }),
    [namesLabel]: JSON.stringify(Object.keys(spec.env)),
  };
}

/**
 * Reads what `toLabels` wrote.
 * @param variables the container's, as `NAME=value`.
 * @throws where they are not ours.
 */
export function fromLabels(labels: Readonly<Record<string, string>>, variables: readonly string[]): BoxMark {
  const values = new Map(
    variables.map((pair): [string, string] => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
  const names = z.parse(z.array(z.string()), JSON.parse(labels[namesLabel] ?? '[]'));
  const env = Object.fromEntries(names.map((name) => [name, values.get(name) ?? '']));
  return {
    box: labels[boxLabel] ?? '',
    deploy: labels[deployLabel] ?? '',
    createdAt: Number(labels[createdLabel]),
    spec: { ...z.parse(specSchema, JSON.parse(labels[specLabel] ?? '')), env },
  };
}
