/**
 * A composition engine for YAML configurations that behaves as Hydra 1.3 and OmegaConf do. It knows nothing of the
 * rest of devbox; everything is synchronous, and the only error thrown is `ComposeError`.
 */
export { type ComposeOptions, type Composition, compose } from './compose.ts';
export type { DefaultsTree } from './defaults/outline.ts';
export type { DefaultsEntry } from './defaults/tree.ts';
export { ComposeError, type ComposeErrorDetails } from './errors.ts';
export type { Read, ReadGuard } from './interpolation/reads.ts';
export type { CustomResolver as Resolver } from './interpolation/resolvers.ts';
export { type FileReport, inspectConfig } from './lint/index.ts';
export type { PlainObject, PlainValue } from './nodes.ts';
export type { Frame, Origin } from './origin.ts';
export type { OverrideType } from './override/parser.ts';
export { type Override, type OverrideValue, parseOverride, type SweepValue } from './override/values.ts';
export type { Part, PartOptions } from './part.ts';
export { type GroupListing, listGroups, type SearchPathEntry } from './repository.ts';
export type { HydraRuntime } from './runtime.ts';
export { expandSweep, type SweepOptions } from './sweep.ts';
export { toYaml } from './yaml/print.ts';
