// Prints, after a run that had acceptance scenarios in it (scenario.ts), how each of them ended. A reporter is loaded by jest
// without its transform, hence no TypeScript.

/** How many acceptance scenarios there are. */
const total = 122;

const order = ['failed', 'passed', 'skipped'];

export default class ScenarioReporter {
  constructor(globalConfig) {
    const patterns = globalConfig.testPathPatterns?.patterns ?? [];
    this.isFullRun = patterns.length === 0 && !globalConfig.testNamePattern && !globalConfig.runTestsByPath;
  }

  onRunComplete(_contexts, results) {
    const table = scenarioTable(
      results.testResults.flatMap(({ testResults }) => testResults),
      this.isFullRun,
    );
    if (table) process.stderr.write(`\n${table}\n`);
  }
}

/**
 * The table; undefined where there was no scenario.
 * @param tests jest's results of single tests.
 * @param isFullRun whether a number that is not there is missing.
 */
export function scenarioTable(tests, isFullRun) {
  const scenarios = tests.flatMap(({ title, status }) => {
    const [, number, words] = /^scenario (\d+): (.*)$/.exec(title) ?? [];
    if (number === undefined) return [];
    const outcome = status === 'passed' || status === 'failed' ? status : 'skipped';
    return [{ number: Number(number), words, outcome }];
  });
  if (scenarios.length === 0) return undefined;
  scenarios.sort((a, b) => a.number - b.number);
  const lines = scenarios.map(
    ({ number, words, outcome }) => `  ${String(number).padStart(3)}  ${outcome.padEnd(7)}  ${words}`,
  );
  const byNumber = new Map();
  for (const { number, outcome } of scenarios) {
    const before = byNumber.get(number) ?? outcome;
    byNumber.set(number, order.indexOf(before) < order.indexOf(outcome) ? before : outcome);
  }
  const count = (outcome) => [...byNumber.values()].filter((it) => it === outcome).length;
  const sums = order
    .map((outcome) => [count(outcome), outcome])
    .filter(([n]) => n > 0)
    .map(([n, outcome]) => `${n} ${outcome}`);
  const missing = Array.from({ length: total }, (_, i) => i + 1).filter((n) => !byNumber.has(n));
  if (isFullRun && missing.length > 0)
    sums.push(`${missing.length} of ${total} without a test: ${missing.join(', ')}`);
  return ['Scenarios of AWS projects:', ...lines, `  ${sums.join('; ')}`].join('\n');
}
