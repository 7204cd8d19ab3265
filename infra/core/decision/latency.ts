import type { Problem } from "../errors";

/**
 * What the first article gives as latency of a request, in milliseconds, from best to worst. A reference for planning,
 * not a measurement: its own rows show that owning the models saves queueing rather than network.
 */
export interface Budget {
  networkMs: readonly [number, number];
  queueMs: readonly [number, number];
  inferenceMs: readonly [number, number];
  totalMs: readonly [number, number];
}

export const REFERENCE_LATENCY: Readonly<Record<"api" | "self", Budget>> = {
  api: { networkMs: [50, 200], queueMs: [0, 2000], inferenceMs: [1000, 8000], totalMs: [1000, 10_000] },
  self: { networkMs: [1, 50], queueMs: [0, 500], inferenceMs: [1000, 8000], totalMs: [1000, 8000] },
};

/** What own models can save on the network by these rows, from least to most: 0 to 199 ms, not "100 to 500". */
export function networkSavingMs({ api, self } = REFERENCE_LATENCY): readonly [number, number] {
  return [Math.max(0, api.networkMs[0] - self.networkMs[1]), api.networkMs[1] - self.networkMs[0]];
}

/** Objectives at the 95th percentile. */
export interface LatencyObjectives {
  /** Until the first token. */
  ttftMs?: number;
  /** Until the last one. */
  totalMs?: number;
}

/** A whole answer within a second is not to be had where inference alone takes longer, on either side. */
export function objectiveProblems({ totalMs }: LatencyObjectives, path: string): Problem[] {
  const least = REFERENCE_LATENCY.self.inferenceMs[0];
  if (totalMs === undefined || totalMs >= least) return [];
  return [
    {
      path: `${path}.totalMs`,
      given: `${totalMs} ms`,
      allowed: `at least ${least} ms: inference of a whole answer takes 1 to 8 s on either side`,
      fix: `set ${path}.ttftMs, the time to the first token, and stream the answer`,
    },
  ];
}

export interface RouteLatency {
  /** Measured at the 95th percentile; left out: only the reference speaks. */
  measuredTtftMs?: number;
  /** From the clients to the region, one way and back; left out: the reference's worst. */
  networkMs?: number;
}

export interface LatencyJudgement {
  /** `unknown`: not measured, and the reference neither promises nor excludes it. */
  meets: boolean | "unknown";
  evidence: string;
}

/** Whether a route keeps the objective for the first token. Only a measurement can refuse; a range of an article cannot. */
export function judgeFirstToken(route: "api" | "self", objectiveMs: number, given: RouteLatency): LatencyJudgement {
  if (given.measuredTtftMs !== undefined) {
    const total = given.measuredTtftMs + (route === "self" ? (given.networkMs ?? 0) : 0);
    return {
      meets: total <= objectiveMs,
      evidence: `first token after ${Math.round(total)} ms measured, ${objectiveMs} ms wanted`,
    };
  }
  const { networkMs, queueMs } = REFERENCE_LATENCY[route];
  const worst = (given.networkMs ?? networkMs[1]) + queueMs[1];
  return {
    meets: "unknown",
    evidence: `not measured; the article's network and queue alone take up to ${worst} ms of ${objectiveMs} ms`,
  };
}
