import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { startApp, type TestApp } from './volumes-app.ts';
import { until } from './world.ts';

const iso = z.iso.datetime();
/** What strict clients of GPULab's API decode. */
const volume = z.strictObject({
  volumeUuid: z.string().check(z.regex(/^[A-Za-z0-9]{10}$/)),
  volumeName: z.string(),
  maxSize: z.int(),
  usedSize: z.int(),
  status: z.string(),
  isDeleted: z.int(),
  createdAt: iso,
  updatedAt: iso,
  devbox: z.unknown(),
});
const one = z.strictObject({ data: volume });
const page = z.strictObject({
  data: z.array(volume),
  links: z.unknown(),
  meta: z.looseObject({ current_page: z.int(), last_page: z.int() }),
});
const item = z.strictObject({
  name: z.string(),
  path: z.string(),
  modified: iso,
  extension: z.string(),
  is_directory: z.boolean(),
  is_text: z.boolean(),
  size: z.int(),
  is_link: z.boolean(),
});
const files = z.strictObject({
  status: z.string(),
  items: z.array(item),
  info: z.strictObject({ directories: z.int(), files: z.int() }),
  message: z.string(),
});
const content = z.object({ content: z.string() });
const upload = z.object({ bytes: z.int(), complete: z.boolean(), sha256: z.nullable(z.string()) });

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  expect(app.reports).toEqual([]);
  await app.end();
});

type Sent = {
  readonly json?: unknown;
  readonly body?: string | Uint8Array<ArrayBuffer> | FormData;
  readonly headers?: Record<string, string>;
};

function call(method: string, path: string, { json, body, headers }: Sent = {}): Promise<Response> {
  return fetch(`${app.url}/v1/volumes${path}`, {
    method,
    headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(body === undefined ? {} : { body }),
  });
}

async function ok<T extends z.ZodMiniType>(schema: T, answer: Promise<Response>): Promise<z.output<T>> {
  const response = await answer;
  const text = await response.text();
  expect([text, response.status]).toEqual([text, response.status < 300 ? response.status : 200]);
  return z.parse(schema, JSON.parse(text));
}

/** Status and code of an error; its message must be text. */
async function problem(answer: Promise<Response>): Promise<[number, unknown]> {
  const response = await answer;
  const body = z.parse(z.object({ message: z.string(), code: z.unknown() }), await response.json());
  return [response.status, body.code];
}

let made = 0;
/** A new volume: its id, and where its files lie. */
async function volumeOf(size = 1): Promise<{ id: string; name: string; data: string }> {
  const name = `vol-${++made}`;
  const { data } = await ok(one, call('POST', '', { json: { volume_name: name, volume_space: size } }));
  return { id: data.volumeUuid, name, data: join(app.state, 'volumes', data.volumeUuid, 'data') };
}

const raw = (bytes: Buffer | string): Sent => ({
  body: typeof bytes === 'string' ? bytes : new Uint8Array(bytes),
  headers: { 'content-type': 'application/octet-stream' },
});
const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

describe('volumes', () => {
  test('are made, listed, looked at by id and by name, resized, renamed and deleted', async () => {
    const { id, name, data } = await volumeOf(5);
    expect(statSync(data).isDirectory()).toBe(true);
    const listed = await ok(page, call('GET', ''));
    expect(listed.data).toContainEqual(
      expect.objectContaining({ volumeUuid: id, volumeName: name, maxSize: 5, usedSize: 0, isDeleted: 0 }),
    );
    expect(listed.meta).toMatchObject({ current_page: 1, last_page: 1 });
    for (const key of [id, name]) {
      expect((await ok(one, call('GET', `/${key}`))).data.volumeUuid).toBe(id);
    }
    expect((await ok(page, call('GET', `?name=${name}`))).data).toHaveLength(1);
    expect((await ok(one, call('PUT', `/${name}`, { json: { volume_space: 9 } }))).data.maxSize).toBe(9);
    expect((await ok(one, call('PUT', `/${id}`, { json: { maxSize: 7 } }))).data.maxSize).toBe(7);
    const renamed = await ok(one, call('PUT', `/${id}`, { json: { volume_name: 'another name' } }));
    expect(renamed.data).toMatchObject({ volumeName: 'another name', maxSize: 7 });
    expect((await call('DELETE', `/${encodeURIComponent('another name')}`)).status).toBe(200);
    expect(await problem(call('GET', `/${id}`))).toEqual([404, 'not-found']);
    expect(readdirSync(join(app.state, 'volumes'))).not.toContain(id);
  });

  const wrong: [string, string, string, unknown, number][] = [
    ['no name', 'POST', '', { volume_space: 1 }, 422],
    ['a name with a slash', 'POST', '', { volume_name: 'a/b', volume_space: 1 }, 422],
    ['a name with a line break', 'POST', '', { volume_name: 'a\nb', volume_space: 1 }, 422],
    ['a size with a fraction', 'POST', '', { volume_name: 'x', volume_space: 1.5 }, 422],
    ['no size', 'POST', '', { volume_name: 'x' }, 422],
    ['a size of nothing', 'POST', '', { volume_name: 'x', volume_space: 0 }, 422],
    ['a change of nothing', 'PUT', '/nobody', {}, 422],
    ['an unknown volume', 'PUT', '/nobody', { volume_space: 2 }, 404],
    ['an unknown source', 'POST', '/nobody/duplicate', { new_volume_name: 'x', volume_space: 1 }, 404],
  ];
  test.each(wrong)('%s is refused', async (_name, method, path, json, status) => {
    expect((await problem(call(method, path, { json })))[0]).toBe(status);
  });

  test('a name belongs to one volume, also when many ask at once', async () => {
    const ask = () => call('POST', '', { json: { volume_name: 'wanted', volume_space: 1 } });
    const statuses = (await Promise.all([ask(), ask(), ask()])).map(({ status }) => status).sort();
    expect(statuses).toEqual([201, 409, 409]);
  });

  test('a copy has the same files, modes, times and links, and lives its own life', async () => {
    const { id, data } = await volumeOf();
    mkdirSync(join(data, 'dir'));
    writeFileSync(join(data, 'dir', 'run.sh'), 'echo', { mode: 0o750 });
    symlinkSync('dir/run.sh', join(data, 'link'));
    const copied = await ok(
      one,
      call('POST', `/${id}/duplicate`, { json: { new_volume_name: 'the copy', volume_space: 3 } }),
    );
    const copy = join(app.state, 'volumes', copied.data.volumeUuid, 'data');
    expect(copied.data).toMatchObject({ volumeName: 'the copy', maxSize: 3 });
    const [before, after] = [data, copy].map((root) => {
      const { mode, mtimeMs, size } = statSync(join(root, 'dir', 'run.sh'));
      return { mode, size, mtime: Math.floor(mtimeMs) };
    });
    expect(after).toEqual(before);
    rmSync(join(data, 'dir'), { recursive: true });
    expect(readFileSync(join(copy, 'link'), 'utf8')).toBe('echo');
  });

  test('a size smaller than what is in it is refused', async () => {
    const { id, data } = await volumeOf(3);
    execFileSync('truncate', ['-s', '2G', join(data, 'large')]);
    expect(await problem(call('PUT', `/${id}`, { json: { volume_space: 1 } }))).toEqual([422, 'too-small']);
    expect((await ok(one, call('GET', `/${id}`))).data.usedSize).toBe(2);
  });
});

describe('files', () => {
  test('are written, read, listed, searched, moved, copied and deleted', async () => {
    const { id } = await volumeOf();
    const base = `/${id}/files`;
    await ok(
      z.unknown(),
      call('PUT', `${base}/content`, { json: { path: '/a/b/note.txt', content: 'héllo' } }),
    );
    expect((await ok(content, call('GET', `${base}/content?path=a/b/note.txt`))).content).toBe('héllo');
    await ok(z.unknown(), call('POST', `${base}/mkdir`, { json: { path: 'empty' } }));
    await ok(z.unknown(), call('POST', `${base}/create-file`, { json: { path: 'new', content: '' } }));
    expect(
      await problem(call('POST', `${base}/create-file`, { json: { path: 'new', content: 'x' } })),
    ).toEqual([409, 'exists']);
    const root = await ok(files, call('GET', base));
    expect(root.items.map(({ path }) => path)).toEqual(['a', 'empty', 'new']);
    expect(root.info).toEqual({ directories: 2, files: 1 });
    expect((await ok(files, call('GET', `${base}?path=%2Fa%2Fb`))).items).toMatchObject([
      {
        name: 'note.txt',
        path: 'a/b/note.txt',
        extension: 'txt',
        is_text: true,
        is_directory: false,
        size: 6,
      },
    ]);
    expect((await ok(files, call('GET', `${base}/search?query=NOTE`))).items).toMatchObject([
      { path: 'a/b/note.txt' },
    ]);
    await ok(z.unknown(), call('POST', `${base}/copy`, { json: { source_path: 'a', dest_path: 'c' } }));
    await ok(
      z.unknown(),
      call('POST', `${base}/rename`, { json: { old_path: 'c/b/note.txt', new_path: 'moved.txt' } }),
    );
    expect(
      await problem(call('POST', `${base}/rename`, { json: { old_path: 'a', new_path: 'new' } })),
    ).toEqual([409, 'exists']);
    expect(
      await problem(call('POST', `${base}/rename`, { json: { old_path: 'a', new_path: 'a/b/a' } })),
    ).toEqual([422, 'invalid-request']);
    await ok(z.unknown(), call('DELETE', `${base}?path=a`));
    expect(await problem(call('DELETE', `${base}?path=a`))).toEqual([404, 'not-found']);
    expect((await ok(files, call('GET', base))).items.map(({ path }) => path)).toEqual([
      'c',
      'empty',
      'moved.txt',
      'new',
    ]);
  });

  test('that are no text are not answered as text, but downloaded exactly, also from the middle', async () => {
    const { id } = await volumeOf();
    const bytes = Buffer.from([0, 255, 254, 10, 13, 200, 1]);
    await ok(upload, call('PUT', `/${id}/files/raw?path=b.bin`, raw(bytes)));
    expect(await problem(call('GET', `/${id}/files/content?path=b.bin`))).toEqual([422, 'not-text']);
    const whole = await call('GET', `/${id}/files/download?path=b.bin`);
    expect(Buffer.from(await whole.arrayBuffer())).toEqual(bytes);
    const headers = { range: 'bytes=3-', 'if-range': whole.headers.get('etag') ?? '' };
    const rest = await call('GET', `/${id}/files/download?path=b.bin`, { headers });
    expect([rest.status, Buffer.from(await rest.arrayBuffer())]).toEqual([206, bytes.subarray(3)]);
    const other = await call('GET', `/${id}/files/download?path=b.bin`, {
      headers: { ...headers, 'if-range': '"other"' },
    });
    expect([other.status, Buffer.from(await other.arrayBuffer())]).toEqual([200, bytes]);
    const sum = await ok(z.unknown(), call('GET', `/${id}/files/checksum?path=b.bin`));
    expect(sum).toMatchObject({ sha256: sha256(bytes), size: 7 });
    await ok(upload, call('PUT', `/${id}/files/raw?path=empty`, raw('')));
    expect(await (await call('GET', `/${id}/files/download?path=empty`)).text()).toBe('');
  });

  test('are uploaded as a form with its parts in the order of GPULab', async () => {
    const { id, data } = await volumeOf();
    const form = new FormData();
    form.append('path', 'in/put');
    for (const [name, text, relative] of [
      ['a.txt', 'first', ''],
      ['b.txt', 'second', 'deep/er/b.txt'],
    ] as const) {
      form.append('files[]', new Blob([text], { type: 'application/octet-stream' }), name);
      form.append('relative_paths[]', relative);
    }
    await ok(z.unknown(), call('POST', `/${id}/files/upload`, { body: form }));
    expect(readFileSync(join(data, 'in/put/a.txt'), 'utf8')).toBe('first');
    expect(readFileSync(join(data, 'in/put/deep/er/b.txt'), 'utf8')).toBe('second');
    expect(readdirSync(join(dirname(data), 'incoming'))).toEqual([]);
  });

  test('of a form that leaves the volume, or is cut off, do not appear', async () => {
    const { id, data } = await volumeOf();
    const form = new FormData();
    form.append('path', '');
    form.append('files[]', new Blob(['x']), 'a');
    form.append('relative_paths[]', '../../escape');
    expect(await problem(call('POST', `/${id}/files/upload`, { body: form }))).toEqual([422, 'invalid-path']);
    const headers = { 'content-type': 'multipart/form-data; boundary=B' };
    const body = '--B\r\nContent-Disposition: form-data; name="files[]"; filename="half"\r\n\r\nnot all';
    expect(await problem(call('POST', `/${id}/files/upload`, { body, headers }))).toEqual([
      400,
      'invalid-form',
    ]);
    expect([readdirSync(data), readdirSync(join(dirname(data), 'incoming'))]).toEqual([[], []]);
  });

  test('come in parts and appear when they are whole and right', async () => {
    const { id, data } = await volumeOf();
    const text = 'abcdefghij';
    const part = (offset: number, end: number, sum = sha256(text)) =>
      call(
        'PUT',
        `/${id}/files/raw?path=d/p&upload=key-0001&offset=${offset}&total=10&sha256=${sum}&mode=640&mtime=1500000000000`,
        raw(text.slice(offset, end)),
      );
    expect(await ok(upload, part(0, 4))).toMatchObject({ bytes: 4, complete: false });
    expect(await problem(part(6, 10))).toEqual([409, 'upload-offset']);
    expect(readdirSync(data)).toEqual([]);
    // The next server goes on where this one was.
    await app.end({ keep: true });
    app = await startApp(dirname(app.state));
    expect(await ok(upload, call('GET', `/${id}/files/raw?upload=key-0001`))).toMatchObject({ bytes: 4 });
    expect(await ok(upload, part(4, 10))).toMatchObject({ bytes: 10, complete: true, sha256: sha256(text) });
    expect(readFileSync(join(data, 'd/p'), 'utf8')).toBe(text);
    expect(statSync(join(data, 'd/p'))).toMatchObject({ mtimeMs: 1_500_000_000_000 });
    expect(statSync(join(data, 'd/p')).mode & 0o777).toBe(0o640);
    expect(await problem(part(0, 10, sha256('other')))).toEqual([422, 'checksum']);
    expect(readdirSync(join(dirname(data), 'incoming'))).toEqual([]);
  });

  test('larger than the volume has room for are refused, and nothing stays', async () => {
    const { id, data } = await volumeOf(1);
    execFileSync('truncate', ['-s', '1073741820', join(data, 'large')]);
    // Sizes are measured again after something was changed.
    await call('POST', `/${id}/files/mkdir`, { json: { path: 'dir' } });
    expect(await problem(call('PUT', `/${id}/files/raw?path=x`, raw('12345')))).toEqual([413, 'volume-full']);
    expect((await call('PUT', `/${id}/files/raw?path=x`, raw('1234'))).status).toBe(200);
    expect(readdirSync(join(dirname(data), 'incoming'))).toEqual([]);
  });

  test('whose connection breaks leave nothing behind', async () => {
    const { id, data } = await volumeOf();
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `PUT /v1/volumes/${id}/files/raw?path=half HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\nfirst bytes`,
    );
    const incoming = join(dirname(data), 'incoming');
    await until('bytes have arrived', () => readdirSync(incoming).length === 1);
    expect((await call('DELETE', `/${id}`)).status).toBe(409);
    socket.destroy();
    await until('they are gone', () => readdirSync(incoming).length === 0);
    expect(readdirSync(data)).toEqual([]);
  });
});

describe('nothing leaves a volume', () => {
  const paths: [string, string][] = [
    ['the directory above', '../volume.json'],
    ['one above somewhere', 'a/../../volume.json'],
    ['a NUL byte', 'a\0b'],
    ['a very long name', 'x'.repeat(300)],
    ['a very long path', 'x/'.repeat(3000)],
  ];
  test.each(paths)('by %s', async (_name, path) => {
    const { id } = await volumeOf();
    const query = encodeURIComponent(path);
    const base = `/${id}/files`;
    const json = { path, content: 'x', old_path: path, new_path: path, source_path: path, dest_path: path };
    const asked = [
      call('GET', `${base}?path=${query}`),
      call('GET', `${base}/search?query=x&path=${query}`),
      call('GET', `${base}/content?path=${query}`),
      call('GET', `${base}/download?path=${query}`),
      call('GET', `${base}/checksum?path=${query}`),
      call('DELETE', `${base}?path=${query}`),
      call('PUT', `${base}/raw?path=${query}`, raw('x')),
      call('PUT', `${base}/content`, { json }),
      ...['create-file', 'mkdir', 'rename', 'copy'].map((verb) => call('POST', `${base}/${verb}`, { json })),
    ];
    for (const answer of asked) expect((await problem(answer))[0]).toBe(422);
  });

  test('by an absolute path, which is taken from its root', async () => {
    const { id } = await volumeOf();
    expect(await problem(call('GET', `/${id}/files/download?path=/etc/passwd`))).toEqual([404, 'not-found']);
  });

  test('by links at the end or on the way', async () => {
    const { id, data } = await volumeOf();
    const outside = join(app.state, 'outside');
    mkdirSync(outside, { recursive: true });
    writeFileSync(join(outside, 'secret'), 'secret');
    symlinkSync(outside, join(data, 'dir'));
    symlinkSync(join(outside, 'secret'), join(data, 'file'));
    const base = `/${id}/files`;
    for (const path of ['file', 'dir/secret']) {
      for (const verb of ['content', 'download', 'checksum']) {
        expect((await problem(call('GET', `${base}/${verb}?path=${path}`)))[0]).toBe(422);
      }
    }
    expect((await problem(call('GET', `${base}/search?query=secret&path=dir`)))[0]).toBe(422);
    expect((await ok(files, call('GET', `${base}/search?query=secret`))).items).toEqual([]);
    expect((await problem(call('PUT', `${base}/raw?path=dir/new`, raw('x'))))[0]).toBe(422);
    expect((await problem(call('DELETE', `${base}?path=dir/secret`)))[0]).toBe(422);
    expect(
      (
        await problem(call('POST', `${base}/copy`, { json: { source_path: 'dir/secret', dest_path: 'c' } }))
      )[0],
    ).toBe(422);
    // What is done to a link is done to the link itself.
    await ok(z.unknown(), call('PUT', `${base}/content`, { json: { path: 'file', content: 'mine' } }));
    await ok(z.unknown(), call('DELETE', `${base}?path=dir`));
    expect(readFileSync(join(data, 'file'), 'utf8')).toBe('mine');
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret');
    expect(readdirSync(outside)).toEqual(['secret']);
  });

  test('by a directory that turns into a link and back all the time', async () => {
    const { id, data } = await volumeOf();
    const outside = join(app.state, 'outside-2');
    mkdirSync(outside);
    mkdirSync(join(data, 'real'));
    writeFileSync(join(outside, 'f'), 'SECRET');
    writeFileSync(join(data, 'real', 'f'), 'public');
    symlinkSync(outside, join(data, 'link'));
    const here = join(data, 'd');
    let swaps = 0;
    let going = true;
    const swap = (): void => {
      const name = join(data, Math.floor(swaps / 2) % 2 === 0 ? 'real' : 'link');
      try {
        if (swaps % 2 === 0) renameSync(name, here);
        else renameSync(here, name);
      } catch {
        // While there was neither, an upload has made a directory of that name.
        if (swaps % 2 === 0) rmSync(here, { recursive: true, force: true });
      }
      swaps++;
      if (going || swaps % 2 === 1) setImmediate(swap);
    };
    swap();
    const seen = new Set<string>();
    for (let i = 0; i < 150; i++) {
      seen.add(await (await call('GET', `/${id}/files/download?path=d/f`)).text());
      if (i % 5 === 0) await call('PUT', `/${id}/files/raw?path=d/written`, raw('x'));
      await call('DELETE', `/${id}/files?path=d/f2`);
    }
    going = false;
    expect([...seen].filter((text) => text.includes('SECRET'))).toEqual([]);
    expect(readdirSync(outside)).toEqual(['f']);
    expect(seen).toContain('public');
  });

  test('by a pipe, which is never waited for', async () => {
    const { id, data } = await volumeOf();
    execFileSync('mkfifo', [join(data, 'pipe')]);
    expect(await problem(call('GET', `/${id}/files/download?path=pipe`))).toEqual([422, 'not-a-file']);
    expect((await ok(files, call('GET', `/${id}/files`))).items).toMatchObject([
      { name: 'pipe', is_text: false },
    ]);
    expect((await call('DELETE', `/${id}`)).status).toBe(200);
  });

  test('and names that are no text do not keep a volume from being deleted', async () => {
    const { id, data } = await volumeOf();
    writeFileSync(Buffer.concat([Buffer.from(`${data}/`), Buffer.from([0x66, 0xff, 0xfe])]), 'x');
    expect((await ok(files, call('GET', `/${id}/files`))).items).toHaveLength(1);
    expect((await call('DELETE', `/${id}`)).status).toBe(200);
  });
});

test('what a killed server left half done is cleared, and what is whole is found again', async () => {
  const { id, name, data } = await volumeOf();
  const root = dirname(dirname(data));
  await app.end({ keep: true });
  for (const half of ['.half-AAAAAAAAAA', '.half-BBBBBBBBBB']) {
    mkdirSync(join(root, half, 'data', 'deep'), { recursive: true });
    writeFileSync(join(root, half, 'data', 'deep', 'f'), 'x');
  }
  writeFileSync(join(root, id, 'incoming', 'once-1'), 'half a file');
  mkdirSync(join(root, id, 'incoming', 'gone-1', 'd'), { recursive: true });
  app = await startApp(dirname(app.state));
  expect((await ok(one, call('GET', `/${name}`))).data.volumeUuid).toBe(id);
  expect(readdirSync(root).filter((entry) => entry.startsWith('.'))).toEqual([]);
  expect(readdirSync(join(root, id, 'incoming'))).toEqual([]);
});
