import { type Instance, render } from 'ink';
import type { Output } from '../../base/context.ts';
import { viewLines } from '../plain.ts';
import { painter } from '../theme.ts';
import type { View } from '../view.ts';
import { Lines } from './Lines.tsx';
import { terminalOf } from './terminal.ts';

/** A view at the end of a terminal's output that is drawn again and again. */
export interface Watch {
  show(view: Pick<View, 'cards' | 'footer'>): void;
  /** Leaves the last one where it is, and shows the cursor again. */
  stop(): Promise<void>;
}

/**
 * Begins to watch. Whoever shows decides how often; neither stdin nor signals are touched.
 * @throws TypeError where the output is no terminal.
 */
export function startWatch({ output, color }: { readonly output: Output; readonly color: boolean }): Watch {
  const terminal = terminalOf(output);
  const paint = painter(color);
  let instance: Instance | undefined;
  return {
    show(view) {
      const frame = <Lines lines={viewLines(view, terminal.columns)} paint={paint} />;
      if (instance) {
        instance.rerender(frame);
        return;
      }
      instance = render(frame, {
        stdout: terminal,
        stderr: terminal,
        exitOnCtrlC: false,
        patchConsole: false,
      });
    },
    async stop() {
      instance?.unmount();
      await instance?.waitUntilExit();
      instance = undefined;
    },
  };
}
