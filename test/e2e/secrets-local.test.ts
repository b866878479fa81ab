import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { shellLine } from '../../src/base/shell.ts';
import { type Home, makeHome, projectRoot } from '../support/bin.ts';
import { gpulabUser } from '../support/gpulab-user.ts';
import { secretsIn, textsIn } from '../support/secret-forms.ts';
import { addKey, startServe } from '../support/served.ts';
import { commandLines, watched, whyNoStrace } from '../support/spawned.ts';
import { makeTree, type Tree } from '../support/tree.ts';

const unseen = whyNoStrace();
if (unseen) console.warn(`notice: nobody looks at the command lines that devbox starts: ${unseen}`);

let home: Home;
let project: Tree;
beforeEach(() => {
  home = makeHome();
  project = makeTree({ 'main.py': 'print(1)\n' });
});
afterEach(() => {
  home.remove();
  project.remove();
});

it('the whole life of a box on this machine leaves no secret in a command line, an output, a log or a record', () => {
  // The second one is called like a variable of the loader, which no program outside the box may see.
  const inFile = { DB_LOGIN: 'db&Pw+8842/Lk=9Vt', LD_SDK_LOGIN: 'sdk-4c07-a1b9-5e02d8' };
  const secrets = { ...inFile, APP_LOGIN: 'ada:Xy7$pq "9" %2F<Zr4mN>' };
  writeFileSync(
    join(project.path, 'vars.env'),
    Object.entries(inFile)
      .map((pair) => `${pair.join('=')}\n`)
      .join(''),
  );
  const up = ['up', 'instance_name=box', 'env_file=vars.env', 'env.APP_LOGIN=${oc.env:APP_LOGIN}'];
  const lines = [
    [...up, '--', 'sh', '-c', 'echo begun; printenv >seen; sleep 60'],
    [
      'exec',
      'box',
      '--',
      'sh',
      '-c',
      'printenv >seen-too; printenv DB_LOGIN LD_SDK_LOGIN >here; wc -l <here',
    ],
    ['cp', 'main.py', 'box:main.py'],
    ['run', 'box', 'artifacts=[main.py]', '--', 'true'],
    ['logs', 'box'],
    ['stats', 'box'],
    ['inspect', 'box'],
    ['ls', '--json'],
    ['restart', 'box'],
    ['redeploy', 'box'],
    ['exec', 'box', '--', 'sh', '-c', 'grep -c LOGIN seen seen-too'],
    ['down', 'box', 'purge=true'],
    ['doctor'],
  ];
  const settings = ['api=local', 'api.idle_timeout=0.2', '--debug'];
  const main = [process.execPath, join(projectRoot, 'dist', 'main.js')];
  const script = lines.map((words) => {
    const end = words.includes('--') ? words.indexOf('--') : words.length;
    return `${shellLine([...main, ...words.slice(0, end), ...settings, ...words.slice(end)])}; echo "== $?"`;
  });
  // Of all in one trace, because what one command starts lives on.
  const trace = join(home.path, 'trace');
  const [program = 'sh', ...words] = [...(unseen ? [] : watched(trace)), 'sh', '-c', script.join('\n')];
  const ran = spawnSync(program, words, {
    cwd: project.path,
    env: { PATH: process.env['PATH'], HOME: home.path, APP_LOGIN: secrets.APP_LOGIN },
    encoding: 'utf8',
  });
  const said = ran.stdout + ran.stderr;
  expect({ codes: ran.stdout.match(/^== \d+$/gm), said }).toEqual({ codes: lines.map(() => '== 0'), said });
  // What has to get there does.
  expect(said).toMatch(/^seen:3\nseen-too:3$/m);
  const started = unseen ? '' : commandLines(trace);
  expect({ started: secretsIn(started, secrets) }).toEqual({ started: [] });
  expect({ said: secretsIn(said, secrets) }).toEqual({ said: [] });
  const written = textsIn(home.path, ['trace']).join('\n');
  expect(written).toContain('serving 0 boxes');
  expect({ written: secretsIn(written, secrets) }).toEqual({ written: [] });
});

it('neither does a server with keys, in its logs and its records', async () => {
  const key = await addKey(home, 'ada');
  const secrets = { key, DB_LOGIN: 'db&Pw+8842/Lk=9Vt' };
  writeFileSync(join(project.path, 'vars.env'), `DB_LOGIN=${secrets.DB_LOGIN}\n`);
  const trace = join(home.path, 'trace');
  const served = await startServe(home, [], {}, unseen ? [] : watched(trace));
  const user = makeHome();
  const env = { GPULAB_API_KEY: key, GPULAB_API_URL: served.url };
  let said = '';
  for (const words of [
    ['deploy', '--name', 'theirs', '--env-file', 'vars.env', '--wait'],
    ['exec', 'theirs', '--', 'true'],
    ['logs', 'theirs'],
    ['auth', 'login', '--api-key', '-'],
    ['auth', 'status'],
    ['rm', 'theirs', '--force'],
  ]) {
    const end = words.includes('--') ? words.indexOf('--') : words.length;
    const own = [...words.slice(0, end), 'api=gpulab', '--debug', ...words.slice(end)];
    const ran = await user.run(own, { cwd: project.path, env, input: `${key}\n` });
    expect({ words, ...ran }).toMatchObject({ words, code: 0 });
    said += ran.stdout + ran.stderr;
  }
  process.kill(served.serverPid, 'SIGTERM');
  await served.ended;
  // Which `auth login` keeps, for nobody else.
  const keys = join(user.path, '.local/state/devbox/keys');
  const written = [
    said,
    served.log(),
    ...textsIn(home.path, ['trace']),
    ...textsIn(user.path, readdirSync(keys)),
  ];
  expect(written.join('\n')).toContain('POST /v1/containers');
  expect(secretsIn(written.join('\n'), secrets)).toEqual([]);
  expect(secretsIn(unseen ? '' : commandLines(trace), secrets)).toEqual([]);
  user.remove();
});

it('a GPULab that repeats what it got is not repeated', async () => {
  const user = await gpulabUser();
  const APP_LOGIN = 'ada:Xy7$pq "9" %2F<Zr4mN>';
  const words = ['deploy', 'instance_name=box', 'env.APP_LOGIN=${oc.env:APP_LOGIN}', 'api=gpulab', '--debug'];
  for (const repeat of [String, encodeURIComponent, btoa, JSON.stringify]) {
    const message = `No: ${repeat(APP_LOGIN)} for ${repeat(user.fake.apiKey)}`;
    for (const body of [`<p>${message}</p>`, JSON.stringify({ message, errors: { env: [message] } })]) {
      user.fake.fault({ on: 'POST /v1/containers', fault: { kind: 'status', status: 422, body } });
      const { code, stdout, stderr } = await user.devbox(words, { env: { APP_LOGIN } });
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/No: .*\[hidden\]/) });
      const written = [stdout, stderr, ...textsIn(user.home.path)].join('\n');
      expect(secretsIn(written, { APP_LOGIN, key: user.fake.apiKey })).toEqual([]);
    }
  }
  await user.end();
});
