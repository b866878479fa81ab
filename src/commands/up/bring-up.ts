import { DevboxError } from '../../base/errors.ts';
import type { Box } from '../../providers/provider.ts';
import { type CommandDeps, type CommonConfig, launchSettings } from '../command.ts';
import type { Outcome } from '../outcome.ts';
import { readyView } from '../ready-view.ts';
import { bringUpOne } from './bring-up-one.ts';
import { boxNames } from './names.ts';
import type { UpSettings } from './settings.ts';

/**
 * Brings up every box that is asked for, one after another. What came up before something went wrong is shown, and
 * the error with it.
 */
export async function bringUp(config: CommonConfig & UpSettings, deps: CommandDeps): Promise<Outcome> {
  const names = boxNames(config.instance_name, config.quantity);
  const provider = await deps.provider();
  const settings = launchSettings({ ...config });
  const boxes: Box[] = [];
  let error: DevboxError | undefined;
  for (const name of names) {
    try {
      boxes.push(...(await bringUpOne({ name, settings, config, provider }, deps)));
    } catch (thrown) {
      if (boxes.length === 0) throw thrown;
      error = thrown instanceof DevboxError ? thrown : unexpected(name, thrown);
      break;
    }
  }
  const view = await readyView(boxes, config.ssh, deps.context);
  return error ? { view, error } : { view };
}

/** Whatever went wrong must not hide the boxes that are up. */
function unexpected(name: string, thrown: unknown): DevboxError {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new DevboxError('failed', `bringing ${name} up failed: ${why}`, {
    code: 'up/failed',
    hint: 'Look what exists: devbox command=list',
    cause: thrown,
  });
}
