import { INSTANCE_TYPES } from "./instance-catalog";

/**
 * EC2's limits on running vCPUs, per region. A new account's limits for GPU families are 0, and a node group then waits
 * for nodes that never come. Codes: as several public tools and accounts' own listings have them (looked up 2026-11-22);
 * a quota that does not exist is told by preflight.
 */
const QUOTAS = {
  "on-demand P": { code: "L-417A185B", name: "Running On-Demand P instances" },
  "on-demand G": { code: "L-DB2E81BA", name: "Running On-Demand G and VT instances" },
  "on-demand standard": {
    code: "L-1216C47A",
    name: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
  },
  "spot P": { code: "L-7212CCBC", name: "All P4, P3 and P2 Spot Instance Requests" },
  "spot P5": { code: "L-C4BD4855", name: "All P5 Spot Instance Requests" },
  "spot G": { code: "L-3819A6DF", name: "All G and VT Spot Instance Requests" },
  "spot standard": {
    code: "L-34B43A08",
    name: "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests",
  },
} as const;

export type QuotaName = keyof typeof QUOTAS;

export const quotaOf = (name: QuotaName): { code: string; name: string } => QUOTAS[name];

/** What the arithmetic needs of a pool. */
export interface PoolSize {
  instanceType?: string;
  max: number;
  capacity: readonly string[];
}

/** Families by their quota's own name; all others (F, X, Inf, Trn, HPC, Mac …) have quotas that no pool counts against. */
function familyOf(instanceType: string): "P" | "G" | "standard" | undefined {
  if (/^p\d/.test(instanceType)) return "P";
  if (/^(g|gr|vt)\d/.test(instanceType)) return "G";
  return /^(?!hpc|inf|trn|mac)[acdhimrtz]/.test(instanceType) ? "standard" : undefined;
}

/** `undefined` for a block: it was paid for. That it counts against no limit was not found in writing. */
export function quotaName(instanceType: string, capacity: string): QuotaName | undefined {
  const family = familyOf(instanceType);
  if (capacity === "block" || family === undefined) return undefined;
  if (capacity !== "spot") return `on-demand ${family}`;
  return family === "P" && /^p[5-9]/.test(instanceType) ? "spot P5" : `spot ${family}`;
}

/**
 * vCPUs that one region's pools may run at once, by quota. A pool with several kinds of capacity may fill any of them
 * with all its nodes, so each one must have room for all.
 */
export function vCpusNeeded(pools: readonly PoolSize[]): Partial<Record<QuotaName, number>> {
  const need: Partial<Record<QuotaName, number>> = {};
  for (const { instanceType = "", max, capacity } of pools) {
    const vCpus = (INSTANCE_TYPES.get(instanceType)?.vCpus ?? 0) * max;
    for (const name of new Set(capacity.map((kind) => quotaName(instanceType, kind))))
      if (name !== undefined && vCpus > 0) need[name] = (need[name] ?? 0) + vCpus;
  }
  return need;
}
