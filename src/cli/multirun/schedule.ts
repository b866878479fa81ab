export interface Schedule {
  /** How many run at the same time. */
  readonly atOnce: number;
  /** How many are begun before all of them have to be over; null for no limit. */
  readonly batchSize: number | null;
  /** Once aborted, none is begun any more. */
  readonly signal: AbortSignal;
}

/**
 * Runs jobs in their order, some at a time.
 * @param run must not reject.
 * @returns the results of those that were begun, in the order of the jobs.
 */
export async function runJobs<Job, Result>(
  jobs: readonly Job[],
  { atOnce, batchSize, signal }: Schedule,
  run: (job: Job) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const size = batchSize ?? Math.max(1, jobs.length);
  for (let start = 0; start < jobs.length; start += size) {
    const end = Math.min(start + size, jobs.length);
    let next = start;
    const worker = async (): Promise<void> => {
      while (next < end && !signal.aborted) {
        const index = next++;
        const job = jobs[index];
        if (job !== undefined) results[index] = await run(job);
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, end - start) }, worker));
  }
  return results;
}
