// Compositions per second in one process, and how long a sweep of 10,000 jobs takes to expand. Needs `npm run build`.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compose, expandSweep } from '../dist/compose.mjs';

const root = mkdtempSync(join(tmpdir(), 'bench-compose-'));
const write = (path, text) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

/** Seven small files, as a command of devbox reads them. */
function smallTree() {
  write(
    'small/config.yaml',
    'defaults:\n  - command: up\n  - api: a\n  - wait: a\n  - ssh: a\n  - _self_\nenv: {}\n',
  );
  write('small/command/base.yaml', 'name: null\nquantity: 1\nmax_retries: 10\ninitial_backoff: 5.0\n');
  write('small/command/up.yaml', '# @package _global_\ndefaults: [base, _self_]\nregion: ???\ntype: ???\n');
  write('small/api/b.yaml', 'key: ${oc.env:KEY,null}\ntimeout: 120\nbase_url: https://example.invalid/v1\n');
  write('small/api/a.yaml', 'defaults: [b]\n');
  write('small/wait/a.yaml', 'timeout: 900\npoll_interval: 5.0\n');
  write('small/ssh/a.yaml', 'username: ubuntu\nport: 22\nidentity_file: null\n');
}

/** A thousand files: 200 groups whose defaults lie five deep; a composition touches few of them. */
function largeTree() {
  for (let group = 0; group < 200; group++) {
    for (let level = 0; level < 5; level++) {
      const next = level < 4 ? `defaults: [l${level + 1}, _self_]\n` : '';
      write(
        `large/g${group}/l${level}.yaml`,
        `${next}own${level}: ${group}\nlist: [1, 2, 3]\nref: \${.own${level}}\n`,
      );
    }
  }
  write('large/config.yaml', 'defaults:\n  - g0: l0\n  - g1: l0\n  - _self_\nname: bench\n');
}

function perSecond(label, action, seconds = 2) {
  for (let at = 0; at < 200; at++) action();
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < seconds * 1000) {
    for (let at = 0; at < 50; at++) action();
    count += 50;
  }
  const rate = Math.round((count * 1000) / (performance.now() - start));
  process.stdout.write(`${label}: ${rate} per second\n`);
}

try {
  smallTree();
  largeTree();
  const run = (tree, list) =>
    compose({ searchPath: [join(root, tree)], configName: 'config', overrides: list, openMaps: ['env'] });
  perSecond('seven files', () => run('small', ['api.timeout=30', 'env.KEY=value']));
  perSecond('eleven of a thousand files, five deep', () => run('large', ['name=other']));
  const start = performance.now();
  const jobs = expandSweep(['a=range(10)', 'b=range(10)', 'c=range(10)', 'd=range(10)']).length;
  process.stdout.write(`sweep of ${jobs} jobs: ${(performance.now() - start).toFixed(1)} ms\n`);
  process.stdout.write(`memory: ${Math.round(process.memoryUsage().rss / 1048576)} MiB\n`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
