import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import type { PulumiStack } from "../config/load";
import { releasesIn } from "../values/running-releases";
import { CellSecrets } from "./cell-secrets";
import type { KeysByPolicy } from "./client-keys";
import { Edge } from "./edge";
import { EnvoyGateway } from "./envoy-gateway";
import { Model } from "./model";
import { Namespaces } from "./namespaces";
import { NodeCache } from "./node-cache";

export interface RegionCellArgs {
  stack: Pick<PulumiStack, "config" | "releases" | "secrets">;
  keys: KeysByPolicy;
}

/** All that one region has, on a cluster that exists already (platform `kubernetes`). */
export class RegionCell extends pulumi.ComponentResource {
  constructor(region: string, { stack, keys }: RegionCellArgs) {
    // The cluster of the kubeconfig's current context; the config allows one region on this platform.
    const provider = new Provider(region, { enableServerSideApply: true });
    super("homeport:kubernetes:RegionCell", region, {}, { providers: [provider] });
    const { config } = stack;
    const models = Object.keys(config.models).map((model) => ({
      model,
      releases: releasesIn(region, config, model, stack.releases).running,
    }));

    const namespaces = new Namespaces(region, config, { parent: this });
    const secrets = new CellSecrets(region, { ...stack, keys }, { parent: this, dependsOn: [namespaces] });
    const envoyGateway = new EnvoyGateway(region, config, { parent: this, dependsOn: [namespaces] });
    const edge = new Edge(region, config, { parent: this, dependsOn: [envoyGateway] });
    const everything = models.flatMap(({ releases }) => releases);
    const cache = new NodeCache(region, config, everything, { parent: this, dependsOn: [namespaces, secrets] });
    for (const model of models)
      new Model(region, config, model, { parent: this, dependsOn: [namespaces, edge, secrets, cache] });
    this.registerOutputs();
  }
}
