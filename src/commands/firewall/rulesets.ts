import * as z from 'zod/mini';
import { DevboxError } from '../../base/errors.ts';
import { defineCommand } from '../command.ts';
import { confirmDeletion, forceShape } from '../confirm-deletion.ts';
import { deletedView } from '../deleted-view.ts';
import { rulesetsView, rulesetView } from '../list/rulesets-view.ts';
import { requireFacet } from '../require-facet.ts';
import { editRules } from './edit-rules.ts';
import { findRuleset, globalName, rulesetShape } from './find-ruleset.ts';
import { rulesMeaning, rulesSetting, singleRules } from './rules-setting.ts';

const newName = z.string().check(
  z.regex(/^[^\p{C}]*\S[^\p{C}]*$/u, 'a name'),
  z.maxLength(64, 'at most 64 characters'),
  z.refine((name) => name !== globalName, { error: 'another name: global is the ruleset for all regions' }),
);

/** `--rule tcp:22 --rule icmp` */
const flags = { rule: { key: 'rules', value: 'list' } } as const;

export const firewall = defineCommand({
  name: 'firewall',
  summary: 'list firewall rulesets, the global one first',
  examples: ['devbox firewall', 'devbox firewall list --json'],
  positionals: [],
  shape: {},
  async run(_config, deps) {
    const facet = requireFacet(await deps.provider(), 'firewall');
    const global = await facet.global();
    const { cards, json, quiet } = rulesetsView(await facet.rulesets());
    const first = rulesetView(global);
    return {
      view: {
        cards: [...first.cards, ...cards],
        footer: [`The global ruleset and ${cards.length} more`],
        json: [first.json, ...(Array.isArray(json) ? json : [])],
        quiet: [...first.quiet, ...quiet],
      },
    };
  },
});

export const firewallInfo = defineCommand({
  name: 'firewall_info',
  summary: 'show a firewall ruleset',
  examples: ['devbox firewall info web', 'devbox firewall info global --json'],
  positionals: ['ruleset'],
  shape: rulesetShape,
  run: async ({ ruleset }, deps) => ({ view: rulesetView((await findRuleset(ruleset, deps)).ruleset) }),
});

export const firewallCreate = defineCommand({
  name: 'firewall_create',
  changes: true,
  summary: 'make a firewall ruleset for boxes of a region',
  examples: [
    'devbox firewall create web --region us-east-3 --rule tcp:22 --rule tcp:443::HTTPS',
    'devbox firewall create lab region=us-east-3 rules=[tcp:8000-8100:10.0.0.0/8,icmp]',
  ],
  positionals: ['name'],
  flags,
  shape: {
    name: newName.check(z.describe('what it is called')),
    region: z
      .string({ error: 'must name a region: devbox regions' })
      .check(z.minLength(1, 'a region: devbox regions'), z.describe('where it can be used')),
    rules: rulesSetting.check(z.describe(rulesMeaning)),
  },
  async run({ name, region, rules }, deps) {
    const facet = requireFacet(await deps.provider(), 'firewall');
    return { view: rulesetView(await facet.create({ name, region, rules })) };
  },
});

export const firewallUpdate = defineCommand({
  name: 'firewall_update',
  changes: true,
  summary: 'rename a firewall ruleset, add or remove rules, or put others in the place of all of its own',
  examples: [
    'devbox firewall update web --add-rule tcp:8080 --remove-rule tcp:80',
    'devbox firewall update web --rule tcp:22 --rule tcp:443',
    'devbox firewall update web --name frontend',
    'devbox firewall update global rules=[tcp:22,icmp]',
  ],
  positionals: ['ruleset'],
  flags: {
    ...flags,
    'add-rule': { key: 'add_rules', value: 'list' },
    'remove-rule': { key: 'remove_rules', value: 'list' },
  },
  shape: {
    ...rulesetShape,
    name: z.nullable(newName).check(z.describe('another name; null keeps it')),
    rules: z.nullable(rulesSetting).check(z.describe(`${rulesMeaning}; null keeps them`)),
    add_rules: rulesSetting.check(z.describe(`rules that come to those before: ${singleRules}`)),
    remove_rules: rulesSetting.check(z.describe(`rules of those before that go: ${singleRules}`)),
  },
  async run({ ruleset: identifier, name, rules: all, add_rules: add, remove_rules: remove }, deps) {
    const isEdited = add.length + remove.length > 0;
    if (name === null && all === null && !isEdited) throw nothingToChange();
    if (all !== null && isEdited) throw allAndSome();
    if (identifier === globalName && name !== null) throw globalHasNoName();
    const { facet, ruleset, isGlobal } = await findRuleset(identifier, deps);
    const rules = isEdited ? editRules(ruleset.rules, { add, remove }) : all;
    if (name === null && rules === null) return { view: rulesetView(ruleset) };
    if (isGlobal) return { view: rulesetView(await facet.updateGlobal(rules ?? [])) };
    const change = { ...(name === null ? {} : { name }), ...(rules === null ? {} : { rules }) };
    return { view: rulesetView(await facet.update(ruleset, change)) };
  },
});

export const firewallRm = defineCommand({
  name: 'firewall_rm',
  changes: true,
  summary: 'delete a firewall ruleset',
  examples: ['devbox firewall rm web', 'devbox firewall rm web --force'],
  positionals: ['ruleset'],
  shape: { ...rulesetShape, ...forceShape },
  async run({ ruleset: typed, force }, deps) {
    if (typed === globalName) throw globalStays();
    const { facet, ruleset, isExact } = await findRuleset(typed, deps);
    const what = `the firewall ruleset ${ruleset.name} (${ruleset.id})`;
    await confirmDeletion({ what, typed, isExact, exactly: `ruleset=${ruleset.id}`, force }, deps);
    await facet.remove(ruleset);
    return { view: deletedView(ruleset) };
  },
});

function wrong(message: string, hint: string): DevboxError {
  return new DevboxError('usage', message, { code: 'firewall/usage', title: 'Usage Error', hint });
}

const nothingToChange = (): DevboxError =>
  wrong(
    'nothing is to be changed',
    'Say what: --name NAME, --rule tcp:22 for all rules, or --add-rule and --remove-rule for single ones',
  );
const allAndSome = (): DevboxError =>
  wrong(
    'rules puts others in the place of all, so that none is added or removed',
    'Leave out rules, or add_rules and remove_rules.',
  );
const globalHasNoName = (): DevboxError =>
  wrong('the global ruleset cannot be renamed', 'Change its rules: rules=[tcp:22,icmp]');
const globalStays = (): DevboxError =>
  wrong('the global ruleset cannot be deleted', 'Change its rules: devbox firewall update global rules=[]');
