import { expect, it } from '@jest/globals';
import { tracedClient } from '../../../src/base/aws/trace.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const userData = '#cloud-config\nwrite_files:\n  - content: "login=qX93-horse-staple"\n';
const encoded = Buffer.from(userData).toString('base64');

type Send = (args: { readonly input: object }) => Promise<unknown>;
type Middleware = (next: Send, call: { readonly commandName?: string }) => Send;

/** What a client says that fails with a message. */
async function failing(message: string): Promise<{ readonly error: unknown; readonly told: string }> {
  const failure = Object.assign(new Error(message), { name: 'InvalidUserData.Malformed' });
  const told: string[] = [];
  const added: Middleware[] = [];
  const client = { middlewareStack: { add: (middleware: Middleware) => void added.push(middleware) } };
  tracedClient({ trace: (line) => told.push(line), clock: new FakeClock() })(client);
  const send = added[0]?.(() => Promise.reject(failure), { commandName: 'RunInstancesCommand' });
  const error = await send?.({ input: { UserData: encoded, ImageId: 'ami-1' } }).catch((one: unknown) => one);
  expect(error).toBe(failure);
  return { error, told: told.join('\n') };
}

it.each([
  ['as it was sent', encoded],
  ['as it is meant', userData],
  ['in part', encoded.slice(20, 70)],
])('user data that AWS repeats %s is not repeated', async (_how, text) => {
  const { error, told } = await failing(`Invalid user data: ${text}`);
  expect(String(error)).toMatch(/^InvalidUserData\.Malformed: Invalid user data: \[hidden\]/);
  expect(String(error) + told).not.toMatch(/horse|bG9naW4|aG9yc2|login/);
});

it('any other error stays as it is', async () => {
  const { error, told } = await failing('The image id ami-1 does not exist');
  expect(String(error)).toContain('The image id ami-1 does not exist');
  expect(told).toContain('> AWS RunInstances {"UserData":"[hidden]","ImageId":"ami-1"}');
});
