import type { Context } from '../../base/context.ts';
import { failures } from '../../base/errors.ts';
import { loadCommands } from '../../commands/table.ts';
import { listGroups } from '../../compose/index.ts';
import { type ConfigSource, composeConfig } from '../../config/compose.ts';
import { loadMetas } from '../meta/table.ts';
import { commandSections } from './families.ts';
import { blankPage, type Entry, paragraph, section, widthOf } from './layout.ts';

const flagTexts: Readonly<Record<string, string>> = {
  json: 'one JSON document on stdout, errors as JSON on stderr',
  quiet: 'identifiers only (-q)',
  'no-color': 'no colour; the variable NO_COLOR does the same',
  debug: 'what is asked of servers, and what they answer, on stderr',
  'api-key KEY': 'the API key, for this call; - reads it from stdin, where no list of processes shows it',
  'api-url URL': 'the address of the API, for this call',
  'timeout SECONDS': 'longest time for one request, unless the command has a timeout of its own',
  'cfg job': 'print the composed configuration instead of running; hydra: what is known of the run; all (-c)',
  'info all':
    'explain the configuration: provenance (where each value comes from), config, defaults, defaults-tree, searchpath (-i)',
  'package PATH': 'with --cfg or --info config: only this part, such as api (-p)',
  resolve: 'with --cfg or --info: interpolations resolved',
  multirun: 'run every job of the sweeps among the overrides, such as max_retries=1,2 (-m)',
  'config-dir DIR': 'a configuration tree that is looked at first; may be repeated (-cd)',
  'config-path DIR': 'a configuration tree instead of all others (-cp)',
  'config-name NAME': 'another primary configuration than config (-cn)',
  help: 'this text; devbox help COMMAND explains one command (-h)',
  version: 'the version (-V)',
};

/** What devbox can do, on one page. */
export async function overview(source: ConfigSource, context: Context): Promise<string> {
  const columns = widthOf(context);
  const commands = await loadCommands();
  const metas = (await loadMetas()).map(([word, { summary }]): Entry => [word, summary]);
  const groups = listGroups(source.trees);
  const page = blankPage(columns).epilogue(
    [
      'Groups, chosen with GROUP=OPTION:',
      ...groups
        .filter(({ group }) => group !== 'command')
        .flatMap(({ group, options }) =>
          paragraph(`  ${group}: ${options.map(({ name }) => name).join(', ')}`, columns, 4),
        ),
      '',
      'Configuration, changed with key=value:',
      ...indent(composeConfig(source, [], context).toYaml()),
      '',
      'Exit codes:',
      '    0  done',
      ...Object.values(failures).map(({ exit, meaning }) => `${String(exit).padStart(5)}  ${meaning}`),
      '       exec and ssh end with the code of the remote command',
    ].join('\n'),
  );
  for (const [flag, text] of Object.entries(flagTexts))
    page.option(flag, { describe: text, group: 'Flags:' });
  return [
    ...paragraph('devbox brings a development box up, reaches it, and takes it down again.', columns, 0),
    '',
    ...paragraph('devbox command=NAME [key=value ...]', columns),
    ...paragraph('devbox NAME [WORD ...] [key=value ...] [--flag]', columns),
    '',
    ...commandSections(commands).flatMap(([heading, entries]) => [...section(heading, entries, columns), '']),
    ...section('devbox itself:', metas, columns),
    '',
    ...presets(source, columns),
    await page.getHelp(),
  ].join('\n');
}

/** The options of the group command that come from elsewhere than devbox's own conf/, where the others are names. */
function presets({ trees }: ConfigSource, columns: number): string[] {
  const named = listGroups(trees.filter(({ label }) => label !== 'built-in')).find(
    ({ group }) => group === 'command',
  );
  const options = named?.options.map(({ name }) => `command=${name}`) ?? [];
  return options.length === 0 ? [] : [...paragraph(`Presets: ${options.join(', ')}`, columns), ''];
}

function indent(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
}
