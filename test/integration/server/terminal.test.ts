import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type IPty, spawn as spawnPty } from '@lydell/node-pty';
import { build } from 'esbuild';
import { WebSocket } from 'ws';
import { unixHttp } from '../../../src/base/unix-http.ts';
import type { Box, Provider } from '../../../src/providers/provider.ts';
import { messageBytes } from '../../../src/server/wire/message.ts';
import { bundleServer } from './bundle.ts';
import { createWorld, processesOf, until, type World } from './world.ts';

let world: World;
let provider: Provider;
let box: Box;
let program: string;

beforeAll(async () => {
  const packageRoot = await bundleServer('terminal');
  program = join(packageRoot, 'terminal-client.mjs');
  await build({
    entryPoints: [new URL('terminal-client.ts', import.meta.url).pathname],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
  world = await createWorld({ packageRoot });
  provider = await world.open();
  box = await world.up(provider, 'shelly', { SHELL: '/bin/sh' });
  await writeFile(join(world.places.homes, 'shelly', '.profile'), "PS1='prompt> '\n");
});
afterAll(async () => expect(await world.end()).toEqual([]));

/** A terminal's WebSocket path, as the API gives it out. */
async function ask(of: Box = box): Promise<string> {
  const answer = await unixHttp(
    world.places.socket,
    'test',
  )({
    method: 'POST',
    url: `http://localhost/v1/containers/${of.id}/terminal`,
    timeoutSeconds: 10,
  });
  const { terminal, websocket_url: socketUrl, status } = JSON.parse(answer.text);
  expect(status).toBe('success');
  expect(terminal.container_uuid).toBe(of.id);
  expect(Number.isInteger(terminal.terminal_port)).toBe(true);
  expect(terminal.terminal_url).toMatch(/^http:\/\/localhost\/terminal\/[\w-]{32}$/);
  expect(socketUrl).toBe(`${terminal.terminal_url.replace(/^http/, 'ws')}/ws`);
  return `${new URL(terminal.terminal_url).pathname}/ws`;
}

/** A client of ttyd's protocol. */
class Ttyd {
  readonly socket: WebSocket;
  readonly frames: Buffer[] = [];
  closed: number | undefined;

  constructor(path: string, protocols: string[]) {
    this.socket = new WebSocket(`ws://localhost${path}`, protocols, {
      createConnection: () => connect(world.places.socket),
    });
    this.socket.on('message', (data) => this.frames.push(messageBytes(data)));
    this.socket.on('close', (code) => {
      this.closed = code;
    });
  }

  opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
    });
  }

  get output(): string {
    const parts = this.frames.filter((frame) => frame[0] === 0x30).map((frame) => frame.subarray(1));
    return Buffer.concat(parts).toString('utf8');
  }

  async shows(text: string | RegExp): Promise<void> {
    const holds = (): boolean =>
      typeof text === 'string' ? this.output.includes(text) : text.test(this.output);
    await until(`the terminal shows ${text}`, holds).catch((error: Error) => {
      throw new Error(`${error.message}, not ${JSON.stringify(this.output)}`);
    });
  }
}

describe('the WebSocket', () => {
  test('speaks to a stock ttyd client: subprotocol, hello, title, preferences, output', async () => {
    const client = new Ttyd(await ask(), ['tty']);
    await client.opened();
    expect(client.socket.protocol).toBe('tty');
    client.socket.send(JSON.stringify({ AuthToken: '', columns: 101, rows: 31 }));
    await client.shows('prompt>');
    expect(client.frames.slice(0, 2).map(String)).toEqual(['1shelly', '2{}']);
    client.socket.send(Buffer.from('0stty size; pwd\r'));
    await client.shows(`31 101\r\n${join(world.places.homes, 'shelly')}\r\n`);
    client.socket.send(Buffer.from('0exit\r'));
    await until('it is closed', () => client.closed !== undefined);
    expect(client.closed).toBe(1000);
  });

  test('speaks to a client without subprotocol and hello, whose first message is a resize as text', async () => {
    const client = new Ttyd(await ask(), []);
    await client.opened();
    expect(client.socket.protocol).toBe('');
    client.socket.send(`1${JSON.stringify({ columns: 90, rows: 20 })}`);
    client.socket.send(Buffer.from('0stty size\r'));
    await client.shows('20 90');
    client.socket.send(`1${JSON.stringify({ columns: 33, rows: 7 })}`);
    client.socket.send(Buffer.from('0stty size; exit 5\r'));
    await client.shows('7 33');
    await until('it is closed', () => client.closed !== undefined);
    expect(client.closed).toBe(4005);
  });

  test('begins with input, too, and survives what is none of the protocol', async () => {
    const client = new Ttyd(await ask(), []);
    await client.opened();
    client.socket.send('?what');
    client.socket.send(Buffer.from('0echo $((6*7))\r'));
    client.socket.send('1not json');
    await client.shows(/42\r/);
    client.socket.close();
  });

  test('holds output back while the client has asked for a pause', async () => {
    const client = new Ttyd(await ask(), ['tty']);
    await client.opened();
    client.socket.send('{}');
    await client.shows('prompt>');
    client.socket.send('2');
    client.socket.send(Buffer.from('0echo a$((1))b; echo done > paused\r'));
    await until('the command has run', async () => {
      const { exec } = await import('./world.ts');
      return (await exec(provider, box, ['cat', 'paused'])).code === 0;
    });
    expect(client.output).not.toContain('a1b');
    client.socket.send('3');
    await client.shows('a1b');
    client.socket.close();
  });

  test('takes the shell and what runs in it along when the client goes', async () => {
    const client = new Ttyd(await ask(), ['tty']);
    await client.opened();
    client.socket.send('{}');
    client.socket.send(Buffer.from('0sleep 4004\r'));
    await until(
      'it runs',
      async () => (await processesOf('sleep\u00004004')).length > 0 || process.platform !== 'linux',
    );
    client.socket.close();
    await until('it is gone', async () => (await processesOf('sleep\u00004004')).length === 0);
  });

  test('waits with the same shell for a client that was cut off, and gives it to whoever asks next', async () => {
    const path = await ask();
    const client = new Ttyd(path, ['tty']);
    await client.opened();
    client.socket.send('{}');
    client.socket.send(Buffer.from('0MARK=kept; echo set $((1+1))\r'));
    await client.shows('set 2');
    client.socket.terminate();
    await until('the holder knows', async () => {
      const again = await ask();
      return again === path;
    });
    const next = new Ttyd(path, []);
    await next.opened();
    next.socket.send(Buffer.from('0echo still $MARK; exit\r'));
    // What was on the screen is shown again to a viewer that does not say what it has seen.
    await next.shows('set 2');
    await next.shows('still kept');
    await until('it is closed', () => next.closed !== undefined);
  });

  test('begins again exactly where a client says that it was cut off', async () => {
    const path = await ask();
    const client = new Ttyd(`${path}?from=0`, ['tty']);
    await client.opened();
    client.socket.send('{}');
    await client.shows('prompt>');
    client.socket.send(Buffer.from('0for i in 1 2 3 4 5; do echo line-$i; done; echo e""nd\r'));
    await client.shows(/end\r/);
    const seen = Buffer.byteLength(client.output);
    expect(client.frames.slice(0, 2).map(String)).toEqual(['1shelly', '2{"devbox_offset":0}']);
    client.socket.terminate();
    const cut = client.output.indexOf('line-3');
    const next = new Ttyd(`${path}?from=${cut}`, ['tty']);
    await next.opened();
    next.socket.send('{}');
    await next.shows(/end\r/);
    expect(String(next.frames[1])).toBe(`2{"devbox_offset":${cut}}`);
    expect(next.output.slice(0, seen - cut)).toBe(client.output.slice(cut, seen));
    next.socket.close();
  });

  test('shows one shell to several viewers; the size is that of whoever said one last', async () => {
    const path = await ask();
    const [one, two] = [new Ttyd(path, ['tty']), new Ttyd(path, [])];
    await Promise.all([one.opened(), two.opened()]);
    one.socket.send(JSON.stringify({ AuthToken: '', columns: 100, rows: 40 }));
    await one.shows('prompt>');
    two.socket.send('1{"columns":60,"rows":20}');
    one.socket.send(Buffer.from('0stty size\r'));
    await Promise.all([one.shows('20 60'), two.shows('20 60')]);
    // The one that leaves takes nothing from the other.
    one.socket.close();
    two.socket.send(Buffer.from('0echo alo""ne\r'));
    await two.shows(/alone\r/);
    two.socket.send(Buffer.from('0exit\r'));
    await until('it is closed', () => two.closed === 1000);
  });

  test('survives a server that is killed', async () => {
    const path = await ask();
    const client = new Ttyd(path, ['tty']);
    await client.opened();
    client.socket.send('{}');
    client.socket.send(Buffer.from('0MARK=survived; echo set $((1+1))\r'));
    await client.shows('set 2');
    process.kill((await world.serverPid()) ?? 0, 'SIGKILL');
    await until('the client is cut off', () => client.closed !== undefined);
    expect((await provider.list()).map(({ name }) => name)).toEqual(['shelly']);
    const next = new Ttyd(path, ['tty']);
    await next.opened();
    next.socket.send(Buffer.from('0echo $MARK; exit\r'));
    await next.shows('survived');
    await until('it is closed', () => next.closed === 1000);
  });

  test('ends with its box', async () => {
    const other = await world.up(provider, 'short', { SHELL: '/bin/sh' });
    const client = new Ttyd(await ask(other), ['tty']);
    await client.opened();
    client.socket.send('{}');
    client.socket.send(Buffer.from('0echo u$((1+1))p\r'));
    await client.shows('u2p');
    await provider.terminate(other, { purge: true });
    await until('it is closed', () => client.closed !== undefined);
  });

  test('does not open for a guess', async () => {
    for (const other of ['/terminal/guess/ws', '/v1/containers/guess/exec/stream', '/elsewhere']) {
      await expect(new Ttyd(other, ['tty', 'devbox.exec.v1']).opened()).rejects.toThrow('404');
    }
  });
});

describe('the client', () => {
  function start(name: string, size = { cols: 77, rows: 21 }): { pty: IPty; seen: () => string } {
    const pty = spawnPty(process.execPath, [program, JSON.stringify(world.paths), name], {
      ...size,
      env: { PATH: process.env['PATH'], TERM: 'xterm' },
    });
    let text = '';
    pty.onData((data) => {
      text += data;
    });
    return { pty, seen: () => text };
  }

  test('hands the terminal over, follows its size, and puts it back with the exit code', async () => {
    const { pty, seen } = start('shelly');
    await until('the shell is there', () => seen().includes('prompt>'));
    pty.write('stty size\r');
    await until('the size arrives', () => seen().includes('21 77'));
    pty.resize(55, 12);
    await until('the new size arrives', () => {
      pty.write('stty size\r');
      return seen().includes('12 55');
    });
    // Ctrl-C belongs to the shell, not to the client.
    pty.write('sleep 4005\r');
    const runs = async (): Promise<boolean> => (await processesOf('sleep\u00004005')).length > 0;
    await until('it runs', async () => process.platform !== 'linux' || runs());
    pty.write('\u0003');
    pty.write('echo still $((1+1)); exit 9\r');
    await until('it has ended', () => seen().includes('ended with 9, raw false'));
    expect(seen()).toContain('still 2');
  });

  test('is back in the same shell after the server died, with nothing lost and nothing repeated', async () => {
    const { pty, seen } = start('shelly');
    await until('the shell is there', () => seen().includes('prompt>'));
    pty.write('MARK=same; (sleep 1; echo wh""ile-away) & echo bef""ore\r');
    await until('it runs', () => seen().includes('before'));
    process.kill((await world.serverPid()) ?? 0, 'SIGKILL');
    await until('it says so', () => seen().includes('the connection was lost; connecting again'));
    await until('what came meanwhile is there', () => seen().includes('while-away'));
    pty.write('echo the-$MARK; exit 4\r');
    await until('it has ended', () => seen().includes('ended with 4, raw false'));
    expect(seen()).toContain('the-same');
    for (const once of ['before', 'while-away']) expect(seen().split(once)).toHaveLength(2);
  });

  test('without a terminal says what to use instead', async () => {
    const { stdin, stdout } = process;
    if (stdin.isTTY && stdout.isTTY) return console.info('skipped: this test runs on a terminal itself');
    await expect(provider.server?.access(box).terminal({ stdin, stdout })).rejects.toMatchObject({
      kind: 'usage',
      code: 'terminal/no-tty',
    });
  });
});
