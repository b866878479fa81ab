import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DevboxError } from '../../../src/base/errors.ts';
import type { CopyAccess } from '../../../src/remote/copy/box-shell.ts';
import {
  type CopyOptions,
  copyFromBox,
  copyStreamTo,
  copyToBox,
  copyToStream,
} from '../../../src/remote/copy/index.ts';
import { accessOverSsh } from '../../../src/remote/over-ssh/index.ts';
import { shellAccess } from '../../support/shell-access.ts';
import { type Sshd, startSshd, whyNoSshd } from '../../support/sshd.ts';

let root: string;
let local: string;
let box: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'devbox-copy-test-'));
  [local, box] = [join(root, 'local'), join(root, 'box')];
  for (const directory of [local, box]) mkdirSync(directory);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

type Access = CopyAccess;

/** A directory with the few programs that every small image has, of which some are missing. */
function fewPrograms(...more: string[]): string {
  const directory = join(root, 'programs');
  if (existsSync(directory)) return directory;
  mkdirSync(directory);
  const names = 'sh wc cat dd od mv rm mkdir chmod touch find head tail stat ln readlink grep cksum'.split(
    ' ',
  );
  for (const name of [...names, ...more]) {
    symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(directory, name));
  }
  return directory;
}

let sshd: Sshd | undefined;
const noSshd = whyNoSshd();
beforeAll(async () => {
  if (noSshd) process.stderr.write(`copies over SSH are not tried: ${noSshd}\n`);
  else sshd = await startSshd();
});
afterAll(() => sshd?.stop());

const ways: [string, () => Access][] = [
  ['over streams', () => shellAccess({ cwd: box, streams: true })],
  ['over commands without stdin', () => shellAccess({ cwd: box, streams: false })],
  [
    'over commands alone with few programs',
    () => shellAccess({ cwd: box, streams: false, path: fewPrograms() }),
  ],
  ['over streams without tar', () => shellAccess({ cwd: box, streams: true, path: fewPrograms('md5sum') })],
  ...(noSshd
    ? []
    : [
        [
          'over SSH',
          () =>
            accessOverSsh({
              connect: sshd?.connect ?? [],
              env: process.env,
              signal: new AbortController().signal,
            }),
        ] satisfies [string, () => Access],
      ]),
];

const progress: [number, number | null][] = [];
const leftOut: string[] = [];
function options(access: Access, more: Partial<CopyOptions> = {}): CopyOptions {
  progress.length = 0;
  leftOut.length = 0;
  return {
    access,
    boxId: 'box-1',
    largeFiles: null,
    onProgress: (bytes, total) => progress.push([bytes, total]),
    onLeftOut: (paths) => leftOut.push(...paths),
    ...more,
  };
}

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
/** Names of a directory, hidden ones too: nothing unfinished is left. */
const names = (path: string): string[] => readdirSync(path).sort();
const problem = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof DevboxError) return error.code;
    throw error;
  }
  return 'no problem';
};

function writeTree(directory: string): void {
  mkdirSync(join(directory, 'sub', 'empty'), { recursive: true });
  writeFileSync(join(directory, 'a b.txt'), 'one');
  writeFileSync(join(directory, 'sub', 'run.sh'), '#!/bin/sh\n', { mode: 0o750 });
  writeFileSync(join(directory, 'sub', `${'long-'.repeat(22)}é.bin`), randomBytes(3000));
  writeFileSync(join(directory, 'none'), '');
  symlinkSync('sub/run.sh', join(directory, 'link'));
  symlinkSync('/nowhere/at/all', join(directory, 'dangling'));
  utimesSync(join(directory, 'a b.txt'), 1_500_000_000, 1_500_000_000);
}

/** Every path of a tree with what is there. */
function treeOf(directory: string): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const entry of readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(directory, entry);
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) result[entry] = readlinkSync(path);
    else if (stat.isDirectory()) result[entry] = 'directory';
    else result[entry] = [stat.mode & 0o777, Math.floor(stat.mtimeMs / 1000), sha256(readFileSync(path))];
  }
  return result;
}

describe.each(ways)('%s', (_way, accessOf) => {
  const files: [string, Buffer][] = [
    ['every byte.bin', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
    ['empty', Buffer.alloc(0)],
    ['it\'s "quoted" $HOME `x` \\.txt', Buffer.from('text\n')],
    ['-rf', Buffer.from('x')],
    ['more than one part', randomBytes(150_001)],
  ];
  test.each(files)('%s goes there and back', async (name, bytes) => {
    const source = join(local, name);
    writeFileSync(source, bytes, { mode: 0o640 });
    utimesSync(source, 1_400_000_000, 1_400_000_000);
    const up = await copyToBox(source, `${box}/`, options(accessOf()));
    expect(up).toEqual({ files: 1, bytes: bytes.length, sha256: sha256(bytes) });
    expect(readFileSync(join(box, name))).toEqual(bytes);
    expect(statSync(join(box, name)).mode & 0o777).toBe(0o640);
    expect(statSync(join(box, name)).mtimeMs).toBe(1_400_000_000_000);
    const back = join(local, 'back');
    expect(await copyFromBox(`${box}/${name}`, back, options(accessOf()))).toEqual(up);
    expect(readFileSync(back)).toEqual(bytes);
    expect(statSync(back).mode & 0o777).toBe(0o640);
    expect(statSync(back).mtimeMs).toBe(1_400_000_000_000);
    expect([names(box), names(local)]).toEqual([[name], ['back', name].sort()]);
  });

  test('a directory goes there and back as it is', async () => {
    const source = join(local, 'tree');
    writeTree(source);
    const up = await copyToBox(source, `${box}/copy`, options(accessOf()));
    expect(up).toEqual({ files: 6, bytes: 3013, sha256: null });
    expect(treeOf(join(box, 'copy'))).toEqual(treeOf(source));
    expect(progress.at(-1)).toEqual([3013, 3013]);
    await copyFromBox(`${box}/copy`, join(local, 'back'), options(accessOf()));
    expect(treeOf(join(local, 'back'))).toEqual(treeOf(source));
    expect([names(box), names(local)]).toEqual([['copy'], ['back', 'tree']]);
  });

  test('what is in a directory goes into one that is there, where the rest stays', async () => {
    writeTree(join(local, 'tree'));
    mkdirSync(join(box, 'sub'));
    writeFileSync(join(box, 'sub', 'mine'), 'mine');
    writeFileSync(join(box, 'a b.txt'), 'old');
    await copyToBox(`${local}/tree/.`, box, options(accessOf()));
    expect(treeOf(box)).toMatchObject({ ...treeOf(join(local, 'tree')), 'sub/mine': expect.anything() });
    mkdirSync(join(local, 'into', 'sub'), { recursive: true });
    writeFileSync(join(local, 'into', 'sub', 'run.sh'), 'old');
    writeFileSync(join(local, 'into', 'other'), 'other');
    await copyFromBox(`${box}/.`, join(local, 'into'), options(accessOf()));
    expect(treeOf(join(local, 'into'))).toMatchObject({ ...treeOf(box), other: expect.anything() });
    expect(names(local)).toEqual(['into', 'tree']);
  });

  test('streams go there and back', async () => {
    const bytes = randomBytes(100_000);
    const copied = await copyStreamTo(Readable.from([bytes]), `${box}/s`, options(accessOf()));
    expect(copied).toEqual({ files: 1, bytes: bytes.length, sha256: sha256(bytes) });
    const out = new PassThrough();
    const chunks: Buffer[] = [];
    out.on('data', (chunk: Buffer) => chunks.push(chunk));
    expect(await copyToStream(`${box}/s`, out, options(accessOf()))).toEqual(copied);
    expect(Buffer.concat(chunks)).toEqual(bytes);
  });
});

describe('where things go, as docker cp has it', () => {
  const streams = (): CopyOptions => options(shellAccess({ cwd: box, streams: true }));
  beforeEach(() => {
    for (const side of [local, box]) {
      mkdirSync(join(side, 'dir'));
      writeFileSync(join(side, 'dir', 'inner'), side);
      writeFileSync(join(side, 'file'), side);
      mkdirSync(join(side, 'there'));
    }
  });

  const rows: [string, string, string | null][] = [
    ['file', 'new', 'new'],
    ['file', 'there', 'there/file'],
    ['file', 'there/', 'there/file'],
    ['file', 'new/', null],
    ['file', 'missing/new', null],
    ['file/', 'new', null],
    ['dir', 'new', 'new/inner'],
    ['dir', 'new/', 'new/inner'],
    ['dir', 'there', 'there/dir/inner'],
    ['dir/.', 'there', 'there/inner'],
    ['dir/.', 'new', 'new/inner'],
    ['dir', 'file', null],
    ['dir', 'missing/new', null],
    ['missing', 'new', null],
  ];
  test.each(rows)('%s to %s in a box', async (from, to, result) => {
    const said = await problem(copyToBox(`${local}/${from}`, `${box}/${to}`, streams()));
    if (result === null) expect(said).toMatch(/^cp\//);
    else expect(readFileSync(join(box, result), 'utf8')).toBe(local);
  });
  test.each(rows)('%s of a box to %s', async (from, to, result) => {
    const said = await problem(copyFromBox(`${box}/${from}`, `${local}/${to}`, streams()));
    if (result === null) expect(said).toMatch(/^cp\//);
    else expect(readFileSync(join(local, result), 'utf8')).toBe(box);
  });

  test('~ is the home in the box, and a path without a slash lies in its working directory', async () => {
    await copyToBox(join(local, 'file'), '~/at-home', streams());
    await copyToBox(join(local, 'file'), 'here', streams());
    expect(names(box)).toEqual(['at-home', 'dir', 'file', 'here', 'there']);
  });
});

describe('a copy that is interrupted', () => {
  const bytes = randomBytes(9_000_000);
  /** Ends each command that moves content after so many bytes, as often as it is told. */
  function breaking(access: Access, times: number, limit: number): { access: Access; moved(): number } {
    let left = times;
    let moved = 0;
    return {
      moved: () => moved,
      access: {
        streams: () => access.streams(),
        async exec(request, streams) {
          const isContent = /^(?:tee|cat >|cat <|tail -c)/.test(request.argv[2] ?? '');
          if (!isContent) return access.exec(request, streams);
          let passed = 0;
          const isBroken = left-- > 0;
          const [stdin, stdout] = [new PassThrough(), new PassThrough()];
          const through = (from: NodeJS.ReadableStream, to: NodeJS.WritableStream): void => {
            from.on('data', (chunk: Buffer) => {
              passed += chunk.length;
              moved += chunk.length;
              if (!isBroken || passed <= limit) to.write(chunk);
            });
            from.on('end', () => to.end());
          };
          through(streams.stdin, stdin);
          const output = new PassThrough();
          through(stdout, output);
          output.on('data', (chunk: Buffer) => streams.stdout.write(chunk));
          const code = await access.exec(request, { stdin, stdout, stderr: streams.stderr });
          stdout.end();
          await new Promise((resolve) => output.once('close', resolve).resume());
          if (isBroken) throw new DevboxError('failed', 'the connection was lost', { code: 'test/lost' });
          return code;
        },
      },
    };
  }

  test('to a box goes on where it was, and nothing half is there under its name', async () => {
    writeFileSync(join(local, 'f'), bytes);
    const { access, moved } = breaking(shellAccess({ cwd: box, streams: true }), 1, 6_000_000);
    expect(await problem(copyToBox(join(local, 'f'), join(box, 'f'), options(access)))).toBe('test/lost');
    expect(names(box)).toEqual([expect.stringMatching(/^\.f\.devbox-[0-9a-f]{12}$/)]);
    const before = moved();
    await copyToBox(join(local, 'f'), join(box, 'f'), options(access));
    expect(moved() - before).toBeLessThan(5_000_000);
    expect(names(box)).toEqual(['f']);
    expect(readFileSync(join(box, 'f')).equals(bytes)).toBe(true);
  });

  test('from a box, too', async () => {
    writeFileSync(join(box, 'f'), bytes);
    const { access, moved } = breaking(shellAccess({ cwd: box, streams: true }), 1, 6_000_000);
    expect(await problem(copyFromBox(join(box, 'f'), join(local, 'f'), options(access)))).toBe('test/lost');
    expect(names(local)).toEqual([expect.stringMatching(/^\.f\.devbox-[0-9a-f]{12}$/)]);
    const before = moved();
    await copyFromBox(join(box, 'f'), join(local, 'f'), options(access));
    expect(moved() - before).toBeLessThan(5_000_000);
    expect(names(local)).toEqual(['f']);
    expect(readFileSync(join(local, 'f')).equals(bytes)).toBe(true);
  });

  test('begins anew where what was left is something else', async () => {
    writeFileSync(join(local, 'f'), bytes);
    const { access } = breaking(shellAccess({ cwd: box, streams: true }), 1, 6_000_000);
    await problem(copyToBox(join(local, 'f'), join(box, 'f'), options(access)));
    const [half = ''] = names(box);
    writeFileSync(join(box, half), Buffer.alloc(6_000_000));
    await copyToBox(join(local, 'f'), join(box, 'f'), options(access));
    expect(readFileSync(join(box, 'f')).equals(bytes)).toBe(true);
  });

  test('of a directory leaves nothing', async () => {
    writeTree(join(local, 'tree'));
    const real = shellAccess({ cwd: box, streams: true });
    const access: Access = {
      streams: () => real.streams(),
      async exec(request, streams) {
        const code = await real.exec(request, streams);
        if (!/tar -/.test(request.argv[2] ?? '')) return code;
        throw new DevboxError('failed', 'the connection was lost', { code: 'test/lost' });
      },
    };
    expect(await problem(copyToBox(join(local, 'tree'), join(box, 't'), options(access)))).toBe('test/lost');
    writeTree(join(box, 'tree'));
    expect(await problem(copyFromBox(join(box, 'tree'), join(local, 't'), options(access)))).toBe(
      'test/lost',
    );
    expect([names(box), names(local)]).toEqual([['tree'], ['tree']]);
  });
});

describe('a box or a connection that is not to be trusted', () => {
  test.each([true, false])('changed content is noticed (streams: %s)', async (streams) => {
    writeFileSync(join(local, 'f'), 'right');
    writeFileSync(join(box, 'g'), 'right');
    const real = shellAccess({ cwd: box, streams });
    const spoiling: Access = {
      streams: () => real.streams(),
      exec(request, given) {
        const argv = request.argv.map((word) =>
          word
            .replace(/^tee "\$1"/, 'tr r w | tee "$1"')
            .replace(Buffer.from('right').toString('base64'), 'd2lnaHQ=')
            .replace(/^cat < "\$1"$/, 'tr r w < "$1"')
            .replace('| base64', '| tr r w | base64'),
        );
        return real.exec({ ...request, argv }, given);
      },
    };
    expect(await problem(copyToBox(join(local, 'f'), join(box, 'f'), options(spoiling)))).toBe('cp/checksum');
    expect(await problem(copyFromBox(join(box, 'g'), join(local, 'g'), options(spoiling)))).toBe(
      'cp/checksum',
    );
    expect([names(box), names(local)]).toEqual([['g'], ['f']]);
  });

  test('a part whose answer is lost is not written twice', async () => {
    const bytes = randomBytes(200_000);
    writeFileSync(join(local, 'f'), bytes);
    const real = shellAccess({ cwd: box, streams: false });
    let lost = 0;
    const access: Access = {
      streams: () => real.streams(),
      async exec(request, streams) {
        const code = await real.exec(request, streams);
        if (request.argv[2]?.includes('base64 -d') && lost++ < 2) {
          throw new DevboxError('failed', 'the connection broke', { code: 'gpulab/dropped' });
        }
        return code;
      },
    };
    await copyToBox(join(local, 'f'), join(box, 'f'), options(access));
    expect(lost).toBeGreaterThan(1);
    expect(readFileSync(join(box, 'f')).equals(bytes)).toBe(true);
  });

  test('a link that an earlier copy has made is not followed by the next one', async () => {
    const outside = join(root, 'outside');
    mkdirSync(outside);
    mkdirSync(join(box, 'd', 'x'), { recursive: true });
    writeFileSync(join(box, 'd', 'x', 'f'), 'mine now');
    mkdirSync(join(local, 'd'));
    symlinkSync(outside, join(local, 'd', 'x'));
    const access = shellAccess({ cwd: box, streams: true });
    expect(await problem(copyFromBox(`${box}/d/.`, join(local, 'd'), options(access)))).toBe('cp/in-the-way');
    expect(names(outside)).toEqual([]);
  });
});

describe('what does not go through commands', () => {
  const large = (directory: string): string => {
    const path = join(directory, 'large');
    execFileSync('truncate', ['-s', '105000000', path]);
    return path;
  };

  test('is refused before anything is sent', async () => {
    const access = shellAccess({ cwd: box, streams: false });
    const path = large(local);
    expect(await problem(copyToBox(path, `${box}/`, options(access)))).toBe('cp/too-large');
    expect(await problem(copyToBox(dirname(path), `${box}/d`, options(access)))).toBe('cp/too-large');
    expect(await problem(copyFromBox(large(box), join(local, 'x'), options(access)))).toBe('cp/too-large');
    expect([names(box), existsSync(join(local, 'x'))]).toEqual([['large'], false]);
  });

  test('goes another way where there is one', async () => {
    const went: string[] = [];
    const copied = { files: 1, bytes: 105_000_000, sha256: null };
    const largeFiles = {
      async upload(path: string) {
        went.push(path);
        return copied;
      },
      async download(path: string, target: string) {
        went.push(path, target);
        return copied;
      },
    };
    const access = shellAccess({ cwd: box, streams: false });
    await copyToBox(large(local), box, options(access, { largeFiles }));
    await copyFromBox(large(box), local, options(access, { largeFiles }));
    expect(went).toEqual([join(box, 'large'), join(box, 'large'), join(local, 'large')]);
  });

  test('pipes are left out, and named', async () => {
    mkdirSync(join(local, 'd'));
    execFileSync('mkfifo', [join(local, 'd', 'pipe')]);
    writeFileSync(join(local, 'd', 'f'), 'x');
    await copyToBox(join(local, 'd'), join(box, 'd'), options(shellAccess({ cwd: box, streams: true })));
    expect([names(join(box, 'd')), leftOut]).toEqual([['f'], ['pipe']]);
  });
});
