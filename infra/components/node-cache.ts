import type { StackConfig } from "../config/schema";
import type { Place } from "../core/aws/names";
import { pulledIn } from "../values/aws/images";
import { nodeCacheValues } from "../values/node-cache";
import type { RunningRelease } from "../values/running-releases";
import { readVersions } from "../values/versions";
import { type InCell, RenderedChart } from "./rendered-chart";

/** Keeps verified weights on every node of the cell. The only pod that may open the bucket and the node's disk. */
export class NodeCache extends RenderedChart {
  /** `place`: the cell on AWS. */
  constructor(
    region: string,
    config: StackConfig,
    releases: readonly RunningRelease[],
    { place, ...opts }: InCell & { place?: Place },
  ) {
    const values = nodeCacheValues(config, releases, pulledIn(region, config)(readVersions().images.agent), place);
    super("NodeCache", { region, chart: "node-cache", values }, opts);
  }
}
