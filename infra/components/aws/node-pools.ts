import * as pulumi from "@pulumi/pulumi";
import { blockEnds } from "../../values/aws/block-end";
import { karpenterPools } from "../../values/aws/karpenter";
import { plannedGroups } from "../../values/aws/node-group";
import { BlockEnds } from "./block-ends";
import type { AwsCell, CellOptions } from "./cell";
import type { Cluster } from "./cluster";
import { EfaSecurityGroup } from "./efa-security-group";
import { InterruptionQueue } from "./interruption-queue";
import type { Network } from "./network";
import { NodePool } from "./node-pool";
import { NodeRole } from "./node-role";

export interface NodePoolsArgs {
  network: Pick<Network, "vpcId" | "subnets">;
  cluster: Pick<Cluster, "name" | "securityGroupId">;
}

/** The nodes of one region: CPU nodes for the platform, and a group per pool and rung of its capacity ladder. */
export class NodePools extends pulumi.ComponentResource {
  /** Nodes that take the first pods. GPU nodes are waited for by those who need them. */
  readonly ready: readonly pulumi.Resource[];

  /** `dependsOn`: what a node needs to join, the cluster first of all; its name alone does not wait for it. */
  constructor(cell: AwsCell, { network, cluster }: NodePoolsArgs, { parent, dependsOn }: CellOptions) {
    super("homeport:aws:NodePools", cell.region, {}, { parent });
    const { region } = cell;
    const role = new NodeRole(cell, { parent: this });
    const planned = plannedGroups(cell);
    const efa = planned.some(({ interfaces }) => interfaces.length > 0)
      ? new EfaSecurityGroup(region, network, { parent: this })
      : undefined;
    const pools = planned.map((one) => {
      const subnets = network.subnets[one.subnets.kind];
      const subnetIds = one.subnets.zones.flatMap((zone) => subnets[zone] ?? []);
      return new NodePool(
        { region, planned: one, cluster, role, subnetIds, efaSecurityGroupId: efa?.id },
        { parent: this, dependsOn },
      );
    });
    const ends = blockEnds(cell);
    const groupNames = Object.fromEntries(
      planned.map(({ key }, i) => [key, (pools[i] as NodePool).group.nodeGroupName] as const),
    );
    if (ends.length > 0) new BlockEnds(cell, { ends, clusterName: cluster.name, groupNames }, { parent: this });
    if (karpenterPools(cell.config).length > 0) new InterruptionQueue(cell, { parent: this });
    this.ready = pools.slice(0, 1);
    this.registerOutputs();
  }
}
