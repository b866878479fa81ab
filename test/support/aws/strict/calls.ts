/** One call that reached the layer. */
export interface Call {
  /** From 1, over all calls since the account was made. */
  readonly n: number;
  /** `ec2:RunInstances`. */
  readonly name: string;
  /** JSON as sent; EC2's query parameters as a tree; Route 53's changes. */
  readonly params: unknown;
  readonly accessKey: string;
  /** How it ended: `ok`, an error's name, or what a fault did. `under way` until then. */
  outcome: string;
}

/** Every call, in the order in which they were carried out. */
export class CallLog {
  private readonly calls: Call[] = [];

  add(call: Omit<Call, 'n' | 'outcome'>): Call {
    const added: Call = { n: this.calls.length + 1, ...call, outcome: 'under way' };
    this.calls.push(added);
    return added;
  }

  all(): readonly Call[] {
    return this.calls;
  }

  /** Calls of one name: `ec2:RunInstances`, `dynamodb:*` or `*`. */
  of(name: string): Call[] {
    return this.calls.filter((call) => matchesName(name, call.name));
  }
}

/** Whether a call can change anything. */
export function isChange(name: string): boolean {
  return !/:(Describe|Get|List|Query|Scan|BatchGet|TransactGet)/.test(name);
}

/** @param pattern a call's name in which `*` stands for anything. */
export function matchesName(pattern: string, name: string): boolean {
  return new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name);
}
