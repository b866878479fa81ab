export type { Fault, FaultKind } from '../faults.ts';
export type { FakeContainer } from './containers.ts';
export {
  type FakeGpulab,
  type FakeGpulabOptions,
  fakeKey,
  type RecordedRequest,
  startFakeGpulab,
} from './server.ts';
