import * as z from 'zod/mini';
import { parseSince, sinceForms } from '../../base/since.ts';
import { recordsOf } from '../access.ts';
import { defineCommand } from '../command.ts';
import { findBox } from '../find-box.ts';
import { keepLooking, refuseEndlessJob } from '../keep-looking.ts';
import { identifierShape } from '../settings.ts';
import { toLine } from './line.ts';
import { deployPages, logPages } from './pages.ts';

const since = z.pipe(
  z.union([z.string(), z.number()]),
  z.transform((value) => String(value)),
);

export const logs = defineCommand({
  name: 'logs',
  summary: 'show what a box wrote',
  examples: [
    'devbox command=logs instance_identifier=devbox',
    'devbox logs devbox --tail 500 --timestamps',
    'devbox logs devbox --follow --since 10m',
    'devbox logs devbox --stderr --json',
    'devbox logs devbox --deploy',
  ],
  positionals: ['instance_identifier'],
  flags: { n: 'tail', f: 'follow', t: 'timestamps', since: { key: 'since', value: 'text' } },
  shape: {
    ...identifierShape,
    tail: z
      .nullable(z.int().check(z.minimum(0), z.maximum(1_000_000_000)))
      .check(z.describe('the last so many lines; 0 or null is all that there are')),
    follow: z.boolean().check(z.describe('show new lines as they come, until the box ends or Ctrl-C')),
    timestamps: z.boolean().check(z.describe('the time in front of each line')),
    stderr: z.boolean().check(z.describe('only what was written to stderr')),
    since: z
      .nullable(since.check(z.refine((text) => parseSince(text) !== undefined, sinceForms)))
      .check(z.describe(`only lines since then: ${sinceForms}`)),
    deploy: z.boolean().check(z.describe('what happened while the box was made instead')),
  },
  async run({ instance_identifier, tail, follow, timestamps, stderr, since, deploy, ssh }, deps) {
    if (follow) refuseEndlessJob('follow', deps);
    const found = await findBox(instance_identifier, deps);
    const access = await recordsOf(found, ssh, deps);
    const query = { tail: tail || null, since, after: null, stream: stderr ? ('stderr' as const) : null };
    const next = deploy ? deployPages(access, found) : logPages(access, query);
    const line = toLine({ timestamps });
    if (!follow) {
      const { entries, truncated } = await next();
      if (truncated) deps.emit(older);
      const lines = entries.map(line);
      const json = { lines: lines.map(({ json }) => json), truncated };
      return { view: { cards: [], lines, json, quiet: [] } };
    }
    let isFirst = true;
    return keepLooking(found, deps, async () => {
      const { entries, truncated, ended } = await next();
      if (truncated && isFirst) deps.emit(older);
      // Behind the first page, a full one says that there is more at once.
      const goesOnAtOnce = truncated && !isFirst;
      isFirst = false;
      const isRead = await deps.append(entries.map(line));
      if (!isRead || (ended && !goesOnAtOnce)) return 'over';
      return goesOnAtOnce ? 'at-once' : 'later';
    });
  },
});

const older = {
  type: 'notice',
  level: 'warning',
  message: 'older lines are left out: there are more than one answer holds',
  hint: 'Ask for fewer with tail=N or since=AGE.',
} as const;
