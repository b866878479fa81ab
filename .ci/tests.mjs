// Runs all tests, and those files in which something failed once more, by themselves: what passes then failed for want of the machine's
// time, which is said and not counted. Prints the line that CI counts. Usage: node .ci/tests.mjs OTHER_FAILURES
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';

/** More files than this are no matter of time. */
const mostAgain = 12;

/** Runs tests. @returns what jest says of them; undefined where it said nothing. */
function run(args) {
  const file = 'test-results.json';
  spawnSync('npm', ['test', '--', '--json', `--outputFile=${file}`, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  rmSync(file, { force: true });
  return results;
}

const failedFiles = (results) =>
  results.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);

const failedTests = (results) =>
  results.testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
  );

const others = Number(process.argv[2] ?? 0);
const first = run([]);
let passed = first?.numPassedTests ?? 0;
let failed = first ? Math.max(first.numFailedTests, failedFiles(first).length) : 1;
if (first && failed > 0 && failedFiles(first).length <= mostAgain) {
  console.log(`once more, by themselves:\n${failedFiles(first).join('\n')}`);
  const again = run(['--maxWorkers=1', '--runTestsByPath', ...failedFiles(first)]);
  if (again) {
    const still = new Set(failedTests(again));
    for (const name of failedTests(first))
      if (!still.has(name)) console.log(`passed only by itself: ${name}`);
    failed = Math.max(again.numFailedTests, failedFiles(again).length);
    passed = first.numTotalTests - first.numPendingTests - failed;
  }
}
failed += others;
const skipped = first?.numPendingTests ? `, ${first.numPendingTests} skipped` : '';
console.log(`${passed} passed, ${failed} failed${skipped}`);
process.exit(failed === 0 ? 0 : 1);
