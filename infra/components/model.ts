import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../config/schema";
import { gatewayValues } from "../values/gateway";
import type { RunningRelease } from "../values/running-releases";
import { ModelGateway } from "./model-gateway";
import type { InCell } from "./rendered-chart";
import { VllmRelease } from "./vllm-release";

/** What of a model is in one cell. */
export interface ModelInCell {
  model: string;
  releases: readonly RunningRelease[];
}

/** One model in one cell: its running releases side by side, and the routes that say which of them answers. */
export class Model extends pulumi.ComponentResource {
  constructor(
    region: string,
    config: StackConfig,
    { model, releases }: ModelInCell,
    { parent, dependsOn = [] }: InCell,
  ) {
    super("homeport:kubernetes:Model", `${region}/${model}`, {}, { parent });
    const made = new Map(
      releases.map((one) => [one.name, new VllmRelease(region, config, one, { parent: this, dependsOn })]),
    );
    const values = gatewayValues(region, config, model, releases);
    const live = made.get(config.models[model]?.live ?? "");
    if (values !== undefined && live !== undefined)
      new ModelGateway(region, values, { parent: this, dependsOn: [...dependsOn, live] });
    this.registerOutputs();
  }
}
