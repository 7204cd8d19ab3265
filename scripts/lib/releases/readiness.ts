import type { RunningRelease } from "../../../infra/values/running-releases";
import type { RegionState } from "./cluster-state";

/** Whether one release can take all requests of a region. */
export interface Readiness {
  region: string;
  deployed: boolean;
  wanted: number;
  available: number;
  /** Seconds until it is ready, as the model's own pods have shown it, at most the stack's start-up budget. */
  secondsLeft: number;
}

export const isReady = (r: Readiness): boolean => r.deployed && r.available >= r.wanted;

export function readinessIn(
  region: string,
  release: RunningRelease | undefined,
  state: RegionState,
  budgetSeconds: number,
): Readiness {
  const found = release && state.deployments[release.objectName];
  const wanted = release?.replicas ?? 1;
  const available = found?.available ?? 0;
  const seen = state.startSeconds.length > 0 ? Math.max(...state.startSeconds) : budgetSeconds;
  const ready = found !== undefined && available >= wanted;
  return {
    region,
    deployed: found !== undefined,
    wanted,
    available,
    secondsLeft: ready ? 0 : Math.ceil(Math.min(seen, budgetSeconds)),
  };
}

/** `r41 has 1 of 2 replicas ready in local, the rest takes up to 40 s`. */
export const readinessText = (name: string, r: Readiness): string =>
  r.deployed
    ? `${name} has ${r.available} of ${r.wanted} replicas ready in ${r.region}${isReady(r) ? "" : `, the rest takes up to ${r.secondsLeft} s`}`
    : `${name} is not deployed in ${r.region}; deploying and starting it takes up to ${r.secondsLeft} s`;
