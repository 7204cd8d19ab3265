import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../config/schema";
import { entrancesOf } from "../core/entrances";
import { targetBinding } from "../values/aws/traffic/load-balancers";
import type { LoadBalancers } from "./aws/traffic/load-balancers";
import { ClusterObject } from "./cluster-object";
import type { InCell } from "./rendered-chart";

/** Makes the gateways' proxies the targets of the region's load balancers, as they come and go. */
export class TargetBindings extends pulumi.ComponentResource {
  constructor(
    region: string,
    config: StackConfig,
    { entrances }: Pick<LoadBalancers, "entrances">,
    { parent, dependsOn = [] }: InCell,
  ) {
    super("homeport:kubernetes:TargetBindings", region, {}, { parent });
    for (const entrance of entrancesOf(config)) {
      const made = entrances[entrance.key];
      if (made === undefined) continue;
      const object = targetBinding(entrance, made.targetGroup.arn, config);
      new ClusterObject(region, object, {
        parent: this,
        // Targets of a group without a listener are "unused": nobody checks them.
        dependsOn: [...dependsOn, made.listener],
        replaceOnChanges: ["spec.targetGroupARN"],
        deleteBeforeReplace: true,
      });
    }
    this.registerOutputs();
  }
}
