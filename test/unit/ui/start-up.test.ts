import { expect, test } from '@jest/globals';
import { build } from 'esbuild';

test('the renderer loads no library before it draws', async () => {
  const { metafile } = await build({
    entryPoints: ['src/ui/renderer.ts'],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    external: ['*/ink/index.tsx'],
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.filter((path) => !path.startsWith('src/'))).toEqual([]);
  expect(inputs.filter((path) => path.startsWith('src/ui/ink/'))).toEqual([]);
});
