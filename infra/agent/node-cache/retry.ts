import { setTimeout as sleep } from "node:timers/promises";
import { StoreUnavailable, WeightsRefused } from "./failure";

export interface RetryPolicy {
  /** Tries in a row that bring nothing (for a file: less than a megabyte); then it waits for the next round. */
  maxAttempts: number;
  /** First wait in milliseconds; doubles up to 10 s. */
  firstWaitMs: number;
  /** A transfer that brings less than `slowBytes` in `slowSeconds` is broken off and taken up again. */
  slowSeconds: number;
  slowBytes: number;
}

/** 30 kB/s is no S3 that works; a new connection usually lands on a better path. */
export const RETRY_DEFAULTS = { firstWaitMs: 200, slowSeconds: 30, slowBytes: 1_000_000 };

/** Jittered: nodes that lost the same connection do not come back at the same moment. */
export const waitMs = (first: number, attempt: number): number =>
  (0.5 + Math.random() / 2) * Math.min(10_000, first * 2 ** (attempt - 1));

/** The result of `work`, tried again while the store fails. Throws StoreUnavailable when the tries are used up. */
export async function withTries<T>(
  retry: RetryPolicy,
  signal: AbortSignal,
  count: { retries: number },
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof WeightsRefused || signal.aborted) throw error;
      if (attempt >= retry.maxAttempts)
        throw new StoreUnavailable(`${(error as Error).message} (${attempt} tries)`, { cause: error });
      count.retries += 1;
      await sleep(waitMs(retry.firstWaitMs, attempt), undefined, { signal });
    }
  }
}
