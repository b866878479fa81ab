// The engine alone, in one process: compositions per second, a large sweep, memory, and whether files that are not
// touched cost anything. Needs `npm run build`. Usage: npm run bench, or node bench/compose.mjs
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compose, expandSweep } from '../dist/compose.mjs';
import { median, say } from './measure.mjs';

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const root = mkdtempSync(join(tmpdir(), 'devbox-bench-compose-'));

function write(path, text) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** A thousand files: 200 groups of five options, each of which names the next in its defaults list. */
function writeNested(tree) {
  for (let group = 0; group < 200; group++) {
    for (let level = 0; level < 5; level++) {
      const next = level < 4 ? `defaults: [l${level + 1}, _self_]\n` : '';
      write(
        `${tree}/g${group}/l${level}.yaml`,
        `${next}own${level}: ${group}\nlist: [1, 2, 3]\nref: \${.own${level}}\n`,
      );
    }
  }
  const groups = Array.from({ length: 200 }, (_, group) => `  - g${group}: l0\n`).join('');
  write(`${tree}/all.yaml`, `defaults:\n${groups}  - _self_\nname: all\n`);
  write(`${tree}/few.yaml`, 'defaults:\n  - g0: l0\n  - g1: l0\n  - _self_\nname: few\n');
}

/** Runs of an action per second, as the median of several stretches. */
function rate(action, stretches = 9, milliseconds = 200) {
  for (let warm = performance.now(); performance.now() - warm < milliseconds; ) action();
  const rates = Array.from({ length: stretches }, () => {
    const start = performance.now();
    let count = 0;
    for (; performance.now() - start < milliseconds; count++) action();
    return (count * 1000) / (performance.now() - start);
  });
  return median(rates);
}

/** How much slower the second is than the first: turn by turn, so that a slower machine slows both. */
function ratio(first, second, turns = 15) {
  return median(Array.from({ length: turns }, () => rate(first, 1, 60) / rate(second, 1, 60)));
}

const composing =
  (searchPath, configName, overrides, more = {}) =>
  () =>
    compose({ searchPath, configName, overrides, openMaps: ['env', 'tags'], env: {}, ...more });

try {
  const own = [join(project, 'presets'), join(project, 'conf')];
  const overrides = ['command=up_gh200', 'max_retries=50'];
  const runtime = { job: { name: 'bench' }, runtime: { cwd: root } };
  say(
    'own configuration (8 files)',
    `${Math.round(rate(composing(own, 'config', overrides, { runtime })))} per second, goal 2000`,
  );
  const resolving = composing(own, 'config', overrides, { runtime });
  say('own configuration, resolved', `${Math.round(rate(() => resolving().resolve()))} per second`);

  writeNested('nested');
  const nested = [join(root, 'nested')];
  say('11 of 1,000 files, 5 deep', `${Math.round(rate(composing(nested, 'few', [])))} per second`);
  const all = composing(nested, 'all', ['name=other']);
  const allRate = rate(all, 5, 400);
  say(
    'all of 1,000 files, 5 deep',
    `${allRate.toFixed(1)} per second, ${Math.round(allRate * 1001)} files per second`,
  );

  for (const from of own) cpSync(from, join(root, 'crowded'), { recursive: true });
  cpSync(join(root, 'crowded'), join(root, 'plain'), { recursive: true });
  for (let file = 0; file < 1000; file++) write(`crowded/command/other${file}.yaml`, 'a: 1\n');
  const without = composing([join(root, 'plain')], 'config', overrides);
  const beside = composing([join(root, 'crowded')], 'config', overrides);
  say(
    'beside 1,000 files that are not touched',
    `${ratio(without, beside).toFixed(2)} x without them, goal 1`,
  );

  const sweeps = ['a=range(10)', 'b=range(10)', 'c=x,y,z,1,2,3,4,5,6,7', 'd=range(10)'];
  const jobs = expandSweep(sweeps).length;
  say(`sweep of ${jobs} jobs`, `${(1000 / rate(() => expandSweep(sweeps))).toFixed(1)} ms`);
  say('peak memory', `${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
