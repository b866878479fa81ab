export function scenarioTable(
  tests: readonly { readonly title: string; readonly status: string }[],
  isFullRun: boolean,
): string | undefined;
