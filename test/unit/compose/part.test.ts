import { describe, expect, test } from '@jest/globals';
import { composed, tree } from './tree.ts';

const files = {
  'config.yaml':
    'defaults:\n  - g: x\n  - optional h: absent\n  - i: null\n  - _self_\nname: top\nratio: 2.0\nhydra:\n  run: {dir: "out/${name}/${hydra.job.name}"}\n',
  'g/x.yaml': 'defaults: [inner]\nref: ${name}\nlist: [1, "${g.ref}"]\nkey: abc\n',
  'g/inner.yaml': 'deep: {a: 1}\n',
  'i/y.yaml': '',
};
const runtime = {
  job: { name: 'bench' },
  runtime: { cwd: '/w', config_sources: [{ path: '/c', schema: 'file', provider: 'main' }] },
};

describe('a part of a composition', () => {
  const composition = () => composed(files, ['ratio=3.0', 'hydra.job.num=2'], { runtime });

  test('is the whole configuration unless told otherwise; floats keep their point', () => {
    const { config } = composition();
    expect(composition().part()).toEqual({
      value: config,
      yaml: composition().toYaml(),
    });
    expect(composition().part()?.yaml).toContain('ratio: 3.0\n');
    expect(config).not.toHaveProperty('hydra');
  });

  test.each([
    [{ path: 'g.deep' }, { a: 1 }, 'a: 1\n'],
    [{ path: 'g.list', resolve: true }, [1, 'top'], '- 1\n- top\n'],
    [{ path: 'g.list' }, [1, '${g.ref}'], '- 1\n- ${g.ref}\n'],
    [{ path: 'ratio' }, 3, '3.0\n'],
    [{ path: 'g.key', mask: () => '***' }, '***', "'***'\n"],
    [
      { path: 'g', mask: (key: string, text: string) => (key === 'key' ? '***' : text) },
      { ref: '${name}', list: [1, '${g.ref}'], key: '***', deep: { a: 1 } },
      "deep:\n  a: 1\nref: ${name}\nlist:\n- 1\n- ${g.ref}\nkey: '***'\n",
    ],
  ])('%j', (options, value, yaml) => {
    expect(composition().part(options)).toEqual({ value, yaml });
  });

  test('hydra: facts of the run, what was set, resolved against both', () => {
    expect(composition().part({ of: 'hydra', resolve: true })?.value).toEqual({
      hydra: {
        job: { name: 'bench', override_dirname: 'ratio=3.0', id: '???', num: 2, config_name: 'config' },
        runtime: {
          cwd: '/w',
          config_sources: [{ path: '/c', schema: 'file', provider: 'main' }],
          choices: { i: null, h: 'absent', g: 'x' },
        },
        overrides: { hydra: ['hydra.job.num=2'], task: ['ratio=3.0'] },
        run: { dir: 'out/top/bench' },
      },
    });
    const all = composition().part({ of: 'all' })?.value;
    expect(Object.keys(Object(all))).toEqual(['hydra', 'g', 'name', 'ratio']);
    expect(composition().part({ of: 'hydra', path: 'hydra.job.name' })).toEqual({
      value: 'bench',
      yaml: 'bench\n',
    });
  });

  test.each([[{ path: 'nope' }], [{ path: 'g.nope' }], [{ of: 'hydra' as const, path: 'g' }]])(
    'there is none at %j',
    (options) => expect(composition().part(options)).toBeUndefined(),
  );
});

test('the tree of defaults lists tells what was used and what not', () => {
  const folder = tree(files);
  const { defaultsTree } = composed({}, [], { searchPath: [folder] });
  const brief = ({ config, overrideKey, used, children, isSelf }: typeof defaultsTree): unknown => [
    isSelf ? '_self_' : (overrideKey ?? config),
    used,
    ...children.map(brief),
  ];
  expect(brief(defaultsTree)).toEqual([
    'config',
    true,
    ['g', true, ['g/inner', true], ['_self_', true]],
    ['h', false],
    ['i', false],
    ['_self_', true],
  ]);
  expect(defaultsTree.children[0]).toMatchObject({ option: 'x', package: 'g', file: `${folder}/g/x.yaml` });
});
