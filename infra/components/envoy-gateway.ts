import { Release } from "@pulumi/kubernetes/helm/v3/release";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../config/schema";
import { NAMESPACES } from "../core/names";
import { pulledIn } from "../values/aws/images";
import { envoyGatewayValues } from "../values/envoy-gateway";
import { readVersions } from "../values/versions";
import type { InCell } from "./rendered-chart";

/** Envoy Gateway with all its CRDs. A Helm release, because its certificates are made by the chart's hooks. */
export class EnvoyGateway extends pulumi.ComponentResource {
  constructor(region: string, config: StackConfig, { parent, dependsOn = [] }: InCell) {
    super("homeport:kubernetes:EnvoyGateway", region, {}, { parent });
    const { charts, images } = readVersions();
    const { chart, version } = charts["envoy-gateway"];
    const namespace = NAMESPACES.envoyGateway;
    const image = config.environment.platform === "aws" ? pulledIn(region, config)(images["envoy-gateway"]) : undefined;
    const values = envoyGatewayValues(config, image);
    new Release(
      `${region}/envoy-gateway`,
      { name: "envoy-gateway", namespace, chart, version, values, timeout: 300 },
      { parent: this, dependsOn: [...dependsOn] },
    );
    this.registerOutputs();
  }
}
