import { waitUntilReady } from '../acquire/wait.ts';
import type { Box, Provider } from '../providers/provider.ts';
import type { CommandDeps, CommonConfig } from './command.ts';
import { usableChecks } from './usable-checks.ts';
import { whyFailed } from './why-failed.ts';

export interface WaitedFor {
  readonly id: string;
  readonly name: string;
  readonly provider: Provider;
  /** Factor by which the time between two looks grows while it boots. */
  readonly growth: number;
}

/**
 * Waits until a box can be used, as the settings of `wait` mean it.
 * @throws DevboxError that names the box; see `waitUntilReady`.
 */
export function waitForBox(
  { id, name, provider, growth }: WaitedFor,
  config: Pick<CommonConfig, 'ssh' | 'wait'>,
  deps: CommandDeps,
): Promise<Box> {
  const { clock, signal } = deps.context;
  const { timeout, poll_interval } = config.wait;
  return waitUntilReady({
    provider,
    id,
    name,
    policy: { timeoutSeconds: timeout, pollIntervalSeconds: poll_interval, growth },
    mayBeLate: provider.surfacingMinutes > 0,
    checks: (box) => usableChecks(box, provider, config, deps),
    explain: (box) => whyFailed(box, provider, signal),
    clock,
    emit: deps.emit,
    signal,
  });
}
