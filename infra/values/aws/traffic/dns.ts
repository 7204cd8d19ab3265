import type { StackConfig } from "../../../config/schema";
import { type Entrance, entrancesOf, hostOf, regionalHostOf } from "../../../core/entrances";
import { regionWeights } from "../../../core/region-weights";

/** One certificate name for all models: `*.llm.example.com`. */
export const certificateDomain = ({ traffic }: Pick<StackConfig, "traffic">): string => `*.${traffic.hostname}`;

export interface RegionRecord {
  entrance: Entrance;
  region: string;
  /** The name over all regions, of which this region has a share. */
  host: string;
  weight: number;
  /** Never the answer, even when every other region is gone. */
  closed: boolean;
  /** The name of this region alone. */
  regionalHost: string;
}

/** What the zone says of each entrance in each region that is not lost; nothing without a zone. */
export function regionRecords(config: StackConfig): RegionRecord[] {
  const { hostedZoneId, hostname } = config.traffic;
  if (hostedZoneId === undefined || hostname === undefined) return [];
  const weights = [...regionWeights(config)];
  return entrancesOf(config).flatMap((entrance) =>
    weights.map(([region, { weight, closed }]) => ({
      entrance,
      region,
      host: hostOf(entrance, hostname),
      weight,
      closed,
      regionalHost: regionalHostOf(entrance, region, hostname),
    })),
  );
}

/**
 * Health by alarm, because Route 53's own checkers come from the internet and an internal load balancer has no door there.
 * A region of which nothing is known is not healthy: it is new, or lost. The health of a drained region is turned round, so
 * that it is not asked as a last resort either, which a weight of 0 alone would allow (decision 0085).
 */
export const healthCheckArgs = ({ region, closed }: Pick<RegionRecord, "region" | "closed">) => ({
  type: "CLOUDWATCH_METRIC",
  cloudwatchAlarmRegion: region,
  insufficientDataHealthStatus: closed ? "Healthy" : "Unhealthy",
  invertHealthcheck: closed,
});
