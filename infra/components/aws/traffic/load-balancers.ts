import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule";
import * as pulumi from "@pulumi/pulumi";
import { endsTls, entrancePort } from "../../../core/aws/load-balancing";
import { entrancesOf } from "../../../core/entrances";
import { proxyPort } from "../../../core/names";
import { clientCidrs } from "../../../values/aws/traffic/load-balancers";
import type { AwsCell, CellOptions } from "../cell";
import type { Cluster } from "../cluster";
import type { Network } from "../network/network";
import type { RegionLogs } from "../watch/region-logs";
import { Certificate } from "./certificate";
import { RegionEntrance } from "./entrance";
import { WebFirewall } from "./web-firewall";

interface LoadBalancersArgs {
  network: Network;
  cluster: Cluster;
  /** Whose key the firewall's log is encrypted with; absent without audit. */
  logs?: Pick<RegionLogs, "key">;
}

/**
 * One region's load balancers, one for each model and data class, owned here and not by a controller: they go when the
 * stack goes. Cost: about $16 a month each, and what passes through.
 */
export class LoadBalancers extends pulumi.ComponentResource {
  /** By the entrance's key. */
  readonly entrances: Readonly<Record<string, RegionEntrance>>;

  constructor(cell: AwsCell, { network, cluster, logs }: LoadBalancersArgs, opts: CellOptions) {
    const { region, config } = cell;
    super("homeport:aws:LoadBalancers", region, {}, { parent: opts.parent });
    const { traffic } = config;
    const all = entrancesOf(config);
    if (all.length === 0) {
      this.entrances = {};
      return;
    }
    const securityGroupId = this.#allow(cell, network, cluster);
    const certificateArn = this.#certificate(cell);
    const firewall = traffic.webFirewall ? new WebFirewall(cell, logs, { parent: this }) : undefined;
    const subnets = Object.values(network.subnets[traffic.exposure === "public" ? "public" : "private"]);
    const place = { vpcId: network.vpcId, subnets, securityGroupId, certificateArn };
    this.entrances = Object.fromEntries(
      all.map((one) => {
        const made = new RegionEntrance(cell, one, place, { parent: this, dependsOn: opts.dependsOn });
        firewall?.guard(one, made);
        return [one.key, made];
      }),
    );
    this.registerOutputs();
  }

  /** In: clients' networks. Out: the proxies' port, and nothing else in the cluster. */
  #allow({ region, config, place }: AwsCell, network: Network, cluster: Cluster): pulumi.Output<string> {
    const group = new SecurityGroup(
      `${region}/load-balancers`,
      {
        vpcId: network.vpcId,
        description: "Clients to the load balancers of the models, and on to the proxies",
        tags: { Name: `homeport-${place.environment}-load-balancers` },
      },
      { parent: this },
    );
    const tcp = (port: number) => ({ ipProtocol: "tcp", fromPort: port, toPort: port });
    for (const cidrIpv4 of clientCidrs(region, config))
      new SecurityGroupIngressRule(
        `${region}/clients-${cidrIpv4}`,
        {
          securityGroupId: group.id,
          cidrIpv4,
          ...tcp(entrancePort(region, config.traffic)),
          description: "Clients of the models",
        },
        { parent: this },
      );
    const proxies = tcp(proxyPort(config.traffic.port));
    new SecurityGroupEgressRule(
      `${region}/load-balancers-to-proxies`,
      {
        securityGroupId: group.id,
        referencedSecurityGroupId: cluster.securityGroupId,
        ...proxies,
        description: "Requests and health checks to the proxies",
      },
      { parent: this },
    );
    new SecurityGroupIngressRule(
      `${region}/proxies-from-load-balancers`,
      {
        securityGroupId: cluster.securityGroupId,
        referencedSecurityGroupId: group.id,
        ...proxies,
        description: "Load balancers to the proxies",
      },
      { parent: this },
    );
    return group.id;
  }

  #certificate(cell: AwsCell): pulumi.Input<string> | undefined {
    const { certificates, hostedZoneId } = cell.config.traffic;
    if (!endsTls(cell.region, cell.config.traffic)) return undefined;
    const given = certificates[cell.region];
    if (given !== undefined || hostedZoneId === undefined) return given;
    return new Certificate(cell, hostedZoneId, { parent: this }).arn;
  }
}
