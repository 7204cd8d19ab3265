import { placementsOf } from "../placement";
import type { ReleaseContent } from "../release";
import { type Capacity, type Ladder, type Reserved, rungsIn } from "./capacity";
import { INSTANCE_TYPES } from "./instance-catalog";

/** What the ladder needs of a pool. */
export interface LadderPool extends Ladder {
  gpuClass: string;
  gpusPerNode: number;
  instanceType?: string;
}

/** One place where a release can run, and how the node for it is got. */
export interface Step {
  region: string;
  pool: string;
  variantName: string;
  capacity: Capacity;
  reserved?: Reserved;
  /** What differs from the first choice: only how the node is got, also the GPU family, or the region. */
  away: "nothing" | "capacity" | "family" | "region";
}

/**
 * Every way to run a release, best first: the pools' own ladders (block, reservation, on-demand, spot), then pools of
 * another GPU family, then the other regions in the stack's order. Only variants that the release lists, for evidence
 * belongs to a variant: a fallback never serves what was not tested.
 */
export function capacityLadder(
  content: ReleaseContent,
  pools: Readonly<Record<string, LadderPool>>,
  regions: readonly string[],
  home: { region: string; pool?: string },
): Step[] {
  const placements = placementsOf(content, pools).filter(
    ({ pool, variant }) => variant.tensorParallel <= (pools[pool]?.gpusPerNode ?? 0),
  );
  const first = placements.filter(({ pool }) => pool === home.pool);
  const others = placements.filter(({ pool }) => pool !== home.pool);
  const [homePool] = [...first, ...others];
  const steps = [home.region, ...regions.filter((region) => region !== home.region)].flatMap((region) =>
    [...first, ...others].flatMap(({ pool, variantName }): Step[] => {
      const settings = pools[pool];
      if (settings === undefined || !isOffered(settings, region)) return [];
      const away = region !== home.region ? "region" : pool !== homePool?.pool ? "family" : "capacity";
      return rungsIn(region, settings).map((rung) => ({ region, pool, variantName, ...rung, away }));
    }),
  );
  return steps.map((step, i) => (i === 0 && step.away === "capacity" ? { ...step, away: "nothing" } : step));
}

const isOffered = ({ instanceType }: LadderPool, region: string): boolean =>
  INSTANCE_TYPES.get(instanceType ?? "")?.regions.includes(region) ?? false;
