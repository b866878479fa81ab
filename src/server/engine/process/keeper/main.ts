import { closeSync, writeSync } from 'node:fs';
import { tryLock } from '../../../lock.ts';
import { Keeper } from './keeper.ts';

/** Where the starter waits for a line. */
const readyFd = 3;
/** How often it looks whether it is still needed, and for what nobody told it, in milliseconds. */
const lookMilliseconds = 1_000;
/** It ends when it had nothing to keep so often in a row. */
const maxIdleLooks = 3;

/**
 * The program that keeps the logs of a server's boxes: it reads what their main processes write and lives on where
 * the server is killed. SIGUSR2 tells it to look for new ones.
 * Arguments: the boxes' directory and the path of its lock.
 */
async function main(boxes: string, lockPath: string): Promise<void> {
  const keeper = new Keeper(boxes, Date.now);
  process.on('SIGUSR2', () => void keeper.look());
  const lock = await tryLock(lockPath, null);
  if (!lock) return;
  await keeper.look();
  tellStarter();
  let idleLooks = 0;
  const timer = setInterval(async () => {
    await keeper.look();
    idleLooks = keeper.isIdle ? idleLooks + 1 : 0;
    if (idleLooks < maxIdleLooks || !keeper.closeIdle()) return;
    clearInterval(timer);
    await lock.giveBack();
    process.exit(0);
  }, lookMilliseconds);
}

function tellStarter(): void {
  try {
    writeSync(readyFd, 'ready\n');
    closeSync(readyFd);
  } catch {
    // The starter is gone; the boxes are not.
  }
}

const [boxes = '', lock = ''] = process.argv.slice(2);
await main(boxes, lock);
