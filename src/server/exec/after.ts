/** Longest wait that one timer of Node's can do, in milliseconds: it does a longer one not at all. */
const longestTimer = 2 ** 31 - 1;

/**
 * Calls `work` when so many seconds are over, however many they are.
 * @returns what calls it off.
 */
export function after(seconds: number, work: () => void): () => void {
  const end = performance.now() + seconds * 1000;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const left = end - performance.now();
    timer = left > longestTimer ? setTimeout(wait, longestTimer) : setTimeout(work, left);
  };
  wait();
  return () => clearTimeout(timer);
}
