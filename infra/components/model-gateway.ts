import type { GatewayValues } from "../values/gateway";
import { type InCell, RenderedChart } from "./rendered-chart";

/** One model's routes, one per policy, each after its key policy. */
export class ModelGateway extends RenderedChart {
  constructor(region: string, values: GatewayValues, opts: InCell) {
    super("ModelGateway", { region, name: values.model, chart: "gateway", values }, opts);
  }
}
