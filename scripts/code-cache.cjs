// Runs a few commands in this process and keeps what V8 compiled for them beside each chunk of dist/app.
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { main, scripts } = require('../dist/main.js');

const home = mkdtempSync(join(tmpdir(), 'devbox-build-'));
Object.assign(process.env, { HOME: home, LAMBDA_API_KEY: 'none' });
for (const name of ['XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR'])
  delete process.env[name];
process.chdir(home);

const write = process.stdout.write;
const writeError = process.stderr.write;
const silent = (_chunk, encoding, callback) => {
  (typeof encoding === 'function' ? encoding : callback)?.();
  return true;
};

(async () => {
  const server = createServer((_request, answer) => answer.end('{"data":[]}')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const api = `api.base_url=http://127.0.0.1:${server.address().port}/api/v1`;
  process.stdout.write = silent;
  process.stderr.write = silent;
  try {
    await main(['--cfg', 'job', 'command=up_gh200']);
    await main(['command=list', '--json', api]);
    await main(['--help']);
    await main(['__complete', 'bash', '--', 'up', 'max_re']);
  } finally {
    process.stdout.write = write;
    process.stderr.write = writeError;
    server.close();
    rmSync(home, { recursive: true, force: true });
  }
  for (const [file, script] of scripts) writeFileSync(`${file}.cache`, script.createCachedData());
  process.exit(0);
})();
