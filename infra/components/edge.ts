import type { StackConfig } from "../config/schema";
import { edgeValues } from "../values/edge";
import { type InCell, RenderedChart } from "./rendered-chart";

/** Entrance of one cell: a Gateway and its Envoy pods per data class, closed to everything that has no key policy. */
export class Edge extends RenderedChart {
  constructor(region: string, config: StackConfig, opts: InCell) {
    super("Edge", { region, chart: "edge", values: edgeValues(config) }, opts);
  }
}
