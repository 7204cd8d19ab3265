import type { StackConfig } from "../config/schema";
import { pulledIn } from "../values/aws/images";
import { edgeValues } from "../values/edge";
import { readVersions } from "../values/versions";
import { type InCell, RenderedChart } from "./rendered-chart";

/** Entrance of one cell: a Gateway and its Envoy pods per data class, closed to everything that has no key policy. */
export class Edge extends RenderedChart {
  constructor(region: string, config: StackConfig, opts: InCell) {
    const onAws = config.environment.platform === "aws";
    const image = onAws ? pulledIn(region, config)(readVersions().images.envoy) : "";
    super("Edge", { region, chart: "edge", values: edgeValues(config, image) }, opts);
  }
}
