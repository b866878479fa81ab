import { token } from '../../ui/card.ts';
import type { View } from '../../ui/view.ts';
import { configPart, unknownValue } from '../print-config.ts';
import { defaultsSection, defaultsTreeSection } from './defaults.ts';
import { provenanceSection } from './provenance.ts';
import { searchPathSection } from './search-path.ts';
import type { InfoCall, Section } from './section.ts';

const sections: Readonly<Record<string, (call: InfoCall) => Section>> = {
  searchpath: searchPathSection,
  'defaults-tree': defaultsTreeSection,
  defaults: defaultsSection,
  provenance: provenanceSection,
};

const kinds = ['all', 'config', ...Object.keys(sections)];

/**
 * The view of `--info all|config|defaults|defaults-tree|searchpath|provenance`. `all` is the others one after
 * another; its JSON document has the members of each, and the configuration as `config`.
 * @throws DevboxError of kind `usage` for another kind.
 * @throws ComposeError where the configuration is broken; `searchpath` needs none.
 */
export function infoView(call: InfoCall): View {
  const { info = '' } = call.flags;
  const section = Object.hasOwn(sections, info) ? sections[info] : undefined;
  if (section !== undefined) return section(call);
  if (!kinds.includes(info)) throw unknownValue('--info', info, kinds);
  const config = configPart(call.composition(), { ...call.flags, of: 'job' }, call.secrets);
  if (info === 'config')
    return { cards: [], raw: config.yaml, json: { config: config.value }, quiet: [config.yaml] };
  const all = Object.values(sections).map((each) => each(call));
  return {
    cards: all.flatMap(({ cards }) => cards),
    footer: [[token('strong', 'Configuration')], ...config.yaml.split('\n')],
    json: Object.assign({}, ...all.map(({ json }) => json), { config: config.value }),
    quiet: all.flatMap(({ quiet }) => quiet),
  };
}
