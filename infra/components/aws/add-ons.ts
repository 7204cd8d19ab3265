import { Addon } from "@pulumi/aws/eks/addon";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedAddOn } from "../../values/aws/cluster/add-ons";
import type { CellOptions } from "./cell";
import type { Cluster } from "./cluster";

/** Add-ons of one cluster, each at the version that is recorded for its Kubernetes version. */
export class AddOns extends pulumi.ComponentResource {
  constructor(
    when: string,
    cluster: Cluster,
    addOns: readonly PlannedAddOn[],
    { parent, dependsOn = [] }: CellOptions,
  ) {
    super("homeport:aws:AddOns", `${cluster.region}/${when}`, {}, { parent });
    for (const { name: addonName, version, configuration } of addOns)
      new Addon(
        `${cluster.region}/${addonName}`,
        {
          clusterName: cluster.controlPlane.name,
          addonName,
          addonVersion: version,
          // What somebody changed by hand is put back, on the first `up` and on every later one.
          resolveConflictsOnCreate: "OVERWRITE",
          resolveConflictsOnUpdate: "OVERWRITE",
          ...(configuration !== undefined && { configurationValues: JSON.stringify(configuration) }),
        },
        { parent: this, dependsOn: [...dependsOn] },
      );
    this.registerOutputs();
  }
}
