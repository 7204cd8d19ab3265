import type { StackConfig } from "../config/schema";
import { nodeCacheValues } from "../values/node-cache";
import type { RunningRelease } from "../values/running-releases";
import { readVersions } from "../values/versions";
import { type InCell, RenderedChart } from "./rendered-chart";

/** Keeps verified weights on every node of the cell. The only pod that may open the bucket and the node's disk. */
export class NodeCache extends RenderedChart {
  constructor(region: string, config: StackConfig, releases: readonly RunningRelease[], opts: InCell) {
    const values = nodeCacheValues(config, releases, readVersions().images.agent);
    super("NodeCache", { region, chart: "node-cache", values }, opts);
  }
}
