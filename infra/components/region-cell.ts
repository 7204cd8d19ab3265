import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import type { PulumiStack } from "../config/load";
import { releasesIn } from "../values/running-releases";
import { Foundation } from "./aws/foundation";
import { NodeSoftware } from "./aws/nodes/node-software";
import type { LoadBalancers } from "./aws/traffic/load-balancers";
import { CellSecrets } from "./cell-secrets";
import type { KeysByPolicy } from "./client-keys";
import { Edge } from "./edge";
import { EnvoyGateway } from "./envoy-gateway";
import { Model } from "./model";
import { Monitoring } from "./monitoring";
import { Namespaces } from "./namespaces";
import { NodeCache } from "./node-cache";
import { TargetBindings } from "./target-bindings";

export interface RegionCellArgs {
  stack: Pick<PulumiStack, "name" | "config" | "releases" | "secrets">;
  keys: KeysByPolicy;
}

/** All that one region has: on `aws` its foundation first, elsewhere the cluster exists already; then what runs in it. */
export class RegionCell extends pulumi.ComponentResource {
  readonly region: string;
  /** On `aws`: where the outside reaches the cell. */
  readonly loadBalancers?: LoadBalancers;

  constructor(region: string, { stack, keys }: RegionCellArgs) {
    const { config } = stack;
    const foundation = config.environment.platform === "aws" ? foundationOf(region, stack) : undefined;
    // Without a foundation: the cluster of the kubeconfig's current context, one region on this platform.
    const kubernetes = foundation?.kubernetes ?? new Provider(region, { enableServerSideApply: true });
    const providers = foundation === undefined ? [kubernetes] : [kubernetes, foundation.aws];
    super("homeport:kubernetes:RegionCell", region, {}, { providers });
    this.region = region;
    this.loadBalancers = foundation?.loadBalancers;
    const models = Object.keys(config.models).map((model) => ({
      model,
      releases: releasesIn({ environment: stack.name, region }, config, model, stack.releases).running,
    }));

    const namespaces = new Namespaces(region, config, { parent: this, dependsOn: foundation?.ready });
    const secrets = new CellSecrets(region, { ...stack, keys }, { parent: this, dependsOn: [namespaces] });
    if (foundation !== undefined) {
      const software = new NodeSoftware(foundation.cell, { parent: this, dependsOn: [namespaces] });
      new TargetBindings(region, config, foundation.loadBalancers, { parent: this, dependsOn: [software] });
    }
    const envoyGateway = new EnvoyGateway(region, config, { parent: this, dependsOn: [namespaces] });
    const edge = new Edge(region, config, { parent: this, dependsOn: [envoyGateway] });
    if (config.monitoring.prometheus !== "none")
      new Monitoring(
        {
          environment: stack.name,
          region,
          config,
          releases: stack.releases,
          place: foundation?.place,
          metricsUrl: foundation?.watch.metricsUrl,
        },
        { parent: this, dependsOn: [namespaces] },
      );
    const everything = models.flatMap(({ releases }) => releases);
    const stored = { parent: this, dependsOn: [namespaces, secrets], place: foundation?.place };
    const cache = new NodeCache(region, config, everything, stored);
    for (const model of models)
      new Model(region, config, model, { parent: this, dependsOn: [namespaces, edge, secrets, cache] });
    this.registerOutputs();
  }
}

function foundationOf(region: string, { name, config, releases }: RegionCellArgs["stack"]): Foundation {
  const place = { environment: name, account: config.environment.account ?? "", region };
  return new Foundation({ region, place, config, releases });
}
