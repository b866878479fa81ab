import { describe, expect, test } from '@jest/globals';
import { DevboxError, interrupted } from '../../../src/base/errors.ts';
import { errorCard, errorJson } from '../../../src/ui/error-card.ts';
import { plainCards } from '../../../src/ui/plain.ts';

const noCapacity = new DevboxError('no-capacity', 'Not enough capacity to fulfill launch request.', {
  code: 'lambda/insufficient-capacity',
  title: 'API Error',
  details: [
    { label: 'Request', value: 'POST /instance-operations/launch' },
    { label: 'Status', value: '400' },
    { label: 'Code', value: 'instance-operations/launch/insufficient-capacity' },
  ],
  suggestion: 'Choose an instance type with more availability, or try again later.',
});
const plainError = new DevboxError('usage', 'there is no key "regoin"\nin command/up.yaml', {
  code: 'config/unknown-key',
  details: [{ label: 'At', value: 'command line' }],
  hint: 'did you mean "region"?',
});

const show = (error: DevboxError, columns: number): string =>
  `\n${plainCards([errorCard(error)], { columns, color: false })}`;

describe('the card', () => {
  test('of an API error at 80 columns', () => {
    expect(show(noCapacity, 80)).toMatchInlineSnapshot(`
"
API Error
    Request:  POST /instance-operations/launch
     Status:  400
       Code:  instance-operations/launch/insufficient-capacity
    Message:  Not enough capacity to fulfill launch request.
 Suggestion:  Choose an instance type with more availability, or try again
              later.
"
`);
  });
  test('of an API error at 40 columns', () => {
    expect(show(noCapacity, 40)).toMatchInlineSnapshot(`
"
API Error
    Request:  POST
              /instance-operations/
              launch
     Status:  400
       Code:  instance-operations/
              launch/
              insufficient-capacity
    Message:  Not enough capacity to
              fulfill launch request.
 Suggestion:  Choose an instance type
              with more availability, or
              try again later.
"
`);
  });
  test('of an error with a hint and a message of two lines', () => {
    expect(show(plainError, 80)).toMatchInlineSnapshot(`
"
Error
        At:  command line
   Message:  there is no key "regoin"
             in command/up.yaml
      Next:  did you mean "region"?
"
`);
  });
  test('of an interruption is no alarm', () => {
    expect(errorCard(interrupted('stopped while waiting'))).toEqual({
      title: 'Interrupted',
      mood: 'warning',
      rows: [{ label: 'Message', value: 'stopped while waiting' }],
    });
  });
  test('shows no control characters of foreign text', () => {
    const error = new DevboxError('failed', 'bad\u001b[2Jthing\u0007', { code: 'x' });
    expect(errorCard(error).rows).toEqual([{ label: 'Message', value: 'badthing' }]);
  });
});

describe('the document', () => {
  test('has the details under names in lower case', () => {
    const error = new DevboxError('failed', 'no', {
      code: 'x',
      details: [{ label: 'Private IP', value: '10.0.0.1' }],
    });
    expect(errorJson(error).error).toEqual({
      code: 'x',
      message: 'no',
      hint: null,
      exit: 1,
      private_ip: '10.0.0.1',
    });
  });
  test('never lets a detail replace what is always there', () => {
    expect(errorJson(noCapacity)).toEqual({
      error: {
        code: 'lambda/insufficient-capacity',
        message: 'Not enough capacity to fulfill launch request.',
        hint: null,
        exit: 5,
        suggestion: 'Choose an instance type with more availability, or try again later.',
        request: 'POST /instance-operations/launch',
        status: '400',
        detail_code: 'instance-operations/launch/insufficient-capacity',
      },
    });
  });
  test('has the hint where there is one', () => {
    expect(errorJson(plainError).error).toMatchObject({
      hint: 'did you mean "region"?',
      exit: 2,
      at: 'command line',
    });
  });
});
