import { Release } from "@pulumi/kubernetes/helm/v3/release";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../config/schema";
import { NAMESPACES } from "../core/names";
import { pulledIn } from "../values/aws/images";
import { envoyGatewayValues } from "../values/envoy-gateway";
import { chartReference, readVersions } from "../values/versions";
import type { InCell } from "./rendered-chart";

/** Envoy Gateway with all its CRDs. A Helm release, because its certificates are made by the chart's hooks. */
export class EnvoyGateway extends pulumi.ComponentResource {
  constructor(region: string, config: StackConfig, { parent, dependsOn = [] }: InCell) {
    super("homeport:kubernetes:EnvoyGateway", region, {}, { parent });
    const { images } = readVersions();
    const namespace = NAMESPACES.envoyGateway;
    const { platform, airgapped } = config.environment;
    const image = platform === "aws" ? pulledIn(region, config)(images["envoy-gateway"]) : undefined;
    const chart = chartReference("envoy-gateway", airgapped);
    const values = envoyGatewayValues(config, image);
    new Release(
      `${region}/envoy-gateway`,
      { name: "envoy-gateway", namespace, ...chart, values, timeout: 300 },
      { parent: this, dependsOn: [...dependsOn] },
    );
    this.registerOutputs();
  }
}
