import { Provider as AwsProvider } from "@pulumi/aws/provider";
import { Provider as KubernetesProvider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import type { Place } from "../../core/aws/names";
import { plannedAddOns } from "../../values/aws/cluster/add-ons";
import { providerArgs } from "../../values/aws/provider";
import { AddOns } from "./add-ons";
import type { AwsCell } from "./cell";
import { Cluster } from "./cluster";
import { Network } from "./network/network";
import { NodePools } from "./nodes/node-pools";
import { PodRoles } from "./pod-roles";
import { LoadBalancers } from "./traffic/load-balancers";
import { RegionLogs } from "./watch/region-logs";
import { Watch } from "./watch/watch";
import { WeightStore } from "./weight-store";

/** The AWS half of one region: everything between an empty account and a cluster that takes pods. */
export class Foundation extends pulumi.ComponentResource {
  /** For what hangs into this region from outside: the Kubernetes half, and what joins the regions. */
  readonly aws: AwsProvider;
  readonly kubernetes: KubernetesProvider;
  readonly place: Place;
  readonly network: Network;
  readonly cluster: Cluster;
  readonly loadBalancers: LoadBalancers;
  readonly watch: Watch;
  /** What must stand before the first pod is asked for. */
  readonly ready: readonly pulumi.Resource[];

  constructor(readonly cell: AwsCell) {
    const { region, place } = cell;
    const aws = new AwsProvider(region, providerArgs(region, place.environment, cell.config));
    super("homeport:aws:Foundation", region, {}, { providers: [aws] });
    this.aws = aws;
    this.place = place;
    const logs = cell.config.monitoring.audit ? new RegionLogs(cell, { parent: this }) : undefined;
    const withLogs = { parent: this, dependsOn: logs?.ready };
    this.network = new Network(cell, withLogs);
    this.cluster = new Cluster(cell, this.network, withLogs);
    this.loadBalancers = new LoadBalancers(cell, { network: this.network, cluster: this.cluster, logs }, withLogs);
    this.watch = new Watch(cell, { logs, entrances: this.loadBalancers.entrances }, { parent: this });
    const { network, cluster } = this;
    new WeightStore(cell, this, { parent: this });
    const addOns = plannedAddOns(cell.config);
    const roles = new PodRoles(cell, cluster, { parent: this });
    const first = new AddOns("before-nodes", cluster, addOns.beforeNodes, {
      parent: this,
      dependsOn: [cluster, roles],
    });
    const pools = new NodePools(cell, { network, cluster }, { parent: this, dependsOn: [cluster, first] });
    const nodes = pools.ready;
    const rest = new AddOns("after-nodes", cluster, addOns.afterNodes, { parent: this, dependsOn: [roles, ...nodes] });
    this.ready = [cluster, roles, ...nodes, rest];
    // Last, because it looks once whether the cluster answers, and the way there may lead through a node.
    this.kubernetes = new KubernetesProvider(
      region,
      { kubeconfig: cluster.kubeconfig, enableServerSideApply: true },
      { parent: this, dependsOn: [...this.ready] },
    );
    this.registerOutputs();
  }
}
