import { verdictOnOpen } from '../../leases/verdict.ts';
import { providersWith } from '../../providers/registry.ts';
import { askProviders } from '../ask-providers.ts';
import { carryOut, type Done } from '../cleanup/carry-out.ts';
import { cleanupView } from '../cleanup/view.ts';
import { defineCommand } from '../command.ts';
import { allLeases, isUnsettled, mayStillSurface } from '../leased.ts';
import { reconcileProjects } from '../projects/reconcile.ts';

export const reconcile = defineCommand({
  name: 'reconcile',
  changes: true,
  summary: 'settle launches whose answer was lost, and finish what projects have left unfinished (api=aws)',
  examples: ['devbox reconcile', 'devbox recover --json', 'devbox reconcile api=aws'],
  positionals: [],
  shape: {},
  async run({ ssh, api }, deps) {
    const leases = await allLeases(deps);
    const { asked, failed } = leases.some(isUnsettled)
      ? await askProviders(leases, deps)
      : { asked: [], failed: [] };
    const done: Done[] = [];
    for (const { provider, settled } of asked) {
      for (const { lease, match } of settled) {
        const verdict = verdictOnOpen(match, mayStillSurface(lease, provider, deps.context.clock));
        const box = match.kind === 'bound' ? match.box : null;
        const item = { kind: 'lease', lease, box, provider, verdict, inUse: null } as const;
        done.push(box ? { item, action: 'found', why: verdict.why } : await carryOut(item, ssh, deps));
      }
    }
    for (const error of failed) {
      deps.emit({
        type: 'notice',
        level: 'warning',
        message: `Not everything was looked at: ${error.message}`,
      });
    }
    const [error] = [...failed, ...done.flatMap((one) => one.error ?? [])];
    const view = cleanupView(done, { dryRun: false, showKept: true, now: deps.context.clock.now() });
    const footer = done.length === 0 ? ['No launch is without an answer'] : (view.footer ?? []);
    const projects = providersWith('projects').includes(api.provider)
      ? await reconcileProjects(deps)
      : { cards: [], json: [] };
    const all = { ...view, cards: [...view.cards, ...projects.cards], footer };
    const json = projects.json.length === 0 ? view.json : { launches: view.json, projects: projects.json };
    const failure = error ?? projects.error;
    return { view: { ...all, json }, ...(failure ? { error: failure } : {}) };
  },
});
