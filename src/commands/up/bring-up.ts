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
      if (!(thrown instanceof DevboxError) || boxes.length === 0) throw thrown;
      error = thrown;
      break;
    }
  }
  const view = await readyView(boxes, config.ssh, deps.context);
  return error ? { view, error } : { view };
}
