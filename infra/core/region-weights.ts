/** How DNS divides clients between regions. */

/** Every region of a stack that has no shares; equal, and the same when a region is added. */
const EQUAL = 100;

export interface RegionWeight {
  /** Route 53: a part of the sum of all. 0 is asked only when no other region is healthy. */
  weight: number;
  /** Serves nobody, not even when all others are gone. */
  closed: boolean;
}

interface Regions {
  regions: readonly string[];
  regionStates: Readonly<Record<string, "active" | "drained" | "lost">>;
  traffic: { regionShares?: Readonly<Record<string, number>> };
}

/** Weight of each region that has a record; a lost region has none. A share of 0 is a stand-by, a drained region is not. */
export function regionWeights({ regions, regionStates, traffic }: Regions): Map<string, RegionWeight> {
  const present = regions.filter((region) => regionStates[region] !== "lost");
  return new Map(
    present.map((region) => {
      const closed = regionStates[region] === "drained";
      const share = traffic.regionShares ? (traffic.regionShares[region] ?? 0) : EQUAL;
      return [region, { weight: closed ? 0 : share, closed }];
    }),
  );
}
