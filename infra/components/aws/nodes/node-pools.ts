import * as pulumi from "@pulumi/pulumi";
import { blockEnds } from "../../../values/aws/nodes/block-end";
import { karpenterPools } from "../../../values/aws/nodes/karpenter";
import { plannedGroups } from "../../../values/aws/nodes/node-group";
import type { AwsCell, CellOptions } from "../cell";
import type { Cluster } from "../cluster";
import type { Network } from "../network/network";
import { BlockEnds } from "./block-ends";
import { EfaSecurityGroup } from "./efa-security-group";
import { InterruptionQueue } from "./interruption-queue";
import { NodePool } from "./node-pool";
import { NodeRole } from "./node-role";

export interface NodePoolsArgs {
  network: Pick<Network, "vpcId" | "subnets">;
  cluster: Pick<Cluster, "name" | "securityGroupId">;
}

/** The nodes of one region: CPU nodes for the platform, and a group per pool, rung of its capacity ladder, and zone. */
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
    const pools: Record<string, NodePool> = {};
    for (const [i, one] of planned.entries()) {
      const subnetIds = network.subnets[one.subnetKind];
      // A pool's ways one after the other, for the same reason as its zones.
      const before = planned[i - 1]?.pool === one.pool ? Object.values(pools).slice(-1) : [];
      pools[one.key] = new NodePool(
        { region, planned: one, cluster, role, subnetIds, efaSecurityGroupId: efa?.id },
        { parent: this, dependsOn: [...(dependsOn ?? []), ...before] },
      );
    }
    const ends = blockEnds(cell);
    const groupName = (key: string, zone: string) => pools[key]?.groups[zone]?.nodeGroupName;
    if (ends.length > 0) new BlockEnds(cell, { ends, clusterName: cluster.name, groupName }, { parent: this });
    if (karpenterPools(cell.config).length > 0) new InterruptionQueue(cell, { parent: this });
    this.ready = Object.values(pools).slice(0, 1);
    this.registerOutputs();
  }
}
