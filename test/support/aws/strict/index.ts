export type { Account } from './account.ts';
export type { ImageOptions } from './base-images.ts';
export type { Call } from './calls.ts';
export type { Image, Instance, Snapshot, Volume } from './ec2/resources.ts';
export type { AwsEvent } from './events.ts';
export type { Fault, FaultKind } from './faults.ts';
export type { Deployment, SeedOptions } from './seed.ts';
export { type StrictAws, startStrictAws, testKeys } from './server.ts';
export { type Clients, gpuParameter, type Row, ubuntuParameter, World } from './world.ts';
