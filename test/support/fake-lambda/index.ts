export type { Fault, FaultKind } from '../faults.ts';
export type { FakeInstance } from './account.ts';
export { type Catalogue, standardCatalogue } from './catalogue.ts';
export {
  type AccountState,
  type FakeLambda,
  type FakeLambdaOptions,
  fakeKey,
  type RecordedRequest,
  startFakeLambda,
} from './server.ts';
export { openSpecCheck, type SpecCheck } from './spec-check.ts';
