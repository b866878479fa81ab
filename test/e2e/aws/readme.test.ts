import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { whyNoMoto } from '../../support/aws/moto.ts';
import { projectUsers } from '../../support/aws/project-user.ts';
import { projectRoot } from '../../support/bin.ts';
import { devboxLines, shellWords } from '../../support/doc-lines.ts';

const missing = whyNoMoto();
if (missing) console.warn(`notice: the chapter on AWS is not tried: ${missing}`);
const begin = projectUsers();

(missing ? test.skip : test)(
  'every command line of the chapter on AWS runs as printed',
  async () => {
    const { world, user } = await begin();
    const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
    const lines = devboxLines(/^## AWS[\s\S]*?^(?=## )/m.exec(readme)?.[0] ?? '');
    expect(lines.length).toBeGreaterThan(5);
    // The same settings, with intervals for loopback.
    const settings = readFileSync(join(projectRoot, 'conf', 'api', 'aws.yaml'), 'utf8')
      .replace(/^poll_interval: .*$/m, 'poll_interval: 0.02')
      .replace(/^appear_within: .*$/m, 'appear_within: 0.0');
    const folder = join(user.home.path, '.config', 'devbox', 'api');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'aws.yaml'), settings);
    for (const line of lines) {
      const result = await user.home.run(shellWords(line).slice(1), { env: world.env });
      expect({ line, ...result }).toMatchObject({ line, code: 0 });
    }
  },
  120_000,
);
