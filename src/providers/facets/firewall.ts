/** One kind of traffic that is let in. */
export interface FirewallRule {
  readonly protocol: string;
  /** First and last port; null where the protocol has none. */
  readonly ports: readonly [number, number] | null;
  /** IPv4 address, or network as `10.0.0.0/8`. */
  readonly source: string;
  readonly description: string;
}

/** Rules that boxes of a region can be given. Texts are free of control characters. */
export interface FirewallRuleset {
  readonly id: string;
  readonly name: string;
  /** Empty for the global one, which holds in every region. */
  readonly region: string;
  /** ISO 8601; empty where the provider does not say. */
  readonly createdAt: string;
  readonly instanceIds: readonly string[];
  readonly rules: readonly FirewallRule[];
}

/** What is to become of a ruleset: what is left out stays as it is, rules are replaced as a whole. */
export interface RulesetChange {
  readonly name?: string;
  readonly rules?: readonly FirewallRule[];
}

export interface FirewallFacet {
  rulesets(): Promise<FirewallRuleset[]>;
  /** The rules that hold for every box beside those of its own rulesets. */
  global(): Promise<FirewallRuleset>;
  create(ruleset: {
    readonly name: string;
    readonly region: string;
    readonly rules: readonly FirewallRule[];
  }): Promise<FirewallRuleset>;
  update(ruleset: FirewallRuleset, change: RulesetChange): Promise<FirewallRuleset>;
  updateGlobal(rules: readonly FirewallRule[]): Promise<FirewallRuleset>;
  /** @throws DevboxError where a box uses it. */
  remove(ruleset: FirewallRuleset): Promise<void>;
  /** The older rules of the whole account. */
  rules(): Promise<FirewallRule[]>;
  /** Puts other rules in the place of all of these. */
  replaceRules(rules: readonly FirewallRule[]): Promise<FirewallRule[]>;
}
