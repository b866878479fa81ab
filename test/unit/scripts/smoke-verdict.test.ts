import { expect, it } from '@jest/globals';
import { classOf } from '../../../scripts/smoke/verdict.ts';

it.each([
  ['instance-operations/launch/insufficient-capacity', 400, 'capacity_blocked'],
  ['global/quota-exceeded', 400, 'quota_blocked'],
  ['global/invalid-address', 403, 'billing_blocked'],
  ['global/account-inactive', 403, 'billing_blocked'],
  ['global/forbidden', 403, 'environment_blocked'],
  ['provider/quota-reached', 400, 'quota_blocked'],
  ['provider/resource-exhausted', 400, 'capacity_blocked'],
  ['provider/internal-unavailable', 503, 'environment_blocked'],
  ['lambda/dropped', null, 'environment_blocked'],
  ['lambda/http-503', 503, 'environment_blocked'],
  ['global/rate-limited', 429, 'environment_blocked'],
  ['up/outcome-unknown', null, 'environment_blocked'],
  // What devbox itself got wrong.
  ['global/invalid-parameters', 400, 'validation_failed'],
  ['global/object-does-not-exist', 404, 'validation_failed'],
  ['lambda/unexpected-answer', 200, 'validation_failed'],
  ['config/unknown-key', null, 'validation_failed'],
])('%s with status %s is %s', (code, status, classification) => {
  expect(classOf({ code, status, exit: 1, message: '' })).toBe(classification);
});
