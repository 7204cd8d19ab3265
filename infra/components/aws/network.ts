import { Subnet } from "@pulumi/aws/ec2/subnet";
import { Vpc } from "@pulumi/aws/ec2/vpc";
import * as pulumi from "@pulumi/pulumi";
import { plannedSubnets, type SubnetKind, vpcCidr } from "../../values/aws/subnets";
import type { AwsCell, CellOptions } from "./cell";

/** The VPC of one region: subnets by zone id. */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly cidr: string;
  readonly subnets: Readonly<Record<SubnetKind, Record<string, pulumi.Output<string>>>>;

  constructor({ region, place, config }: AwsCell, opts: CellOptions) {
    super("homeport:aws:Network", region, {}, { parent: opts.parent, dependsOn: [...(opts.dependsOn ?? [])] });
    this.cidr = vpcCidr(region, config);
    const vpc = new Vpc(
      `${region}/vpc`,
      { cidrBlock: this.cidr, enableDnsHostnames: true, tags: { Name: `homeport-${place.environment}` } },
      { parent: this },
    );
    this.vpcId = vpc.id;
    this.subnets = { public: {}, private: {}, gpu: {} };
    for (const { kind, zone, cidr, tags } of plannedSubnets(place.environment, region, config)) {
      const subnet = new Subnet(
        `${region}/${kind}-${zone}`,
        { vpcId: vpc.id, availabilityZoneId: zone, cidrBlock: cidr, tags },
        { parent: this },
      );
      this.subnets[kind][zone] = subnet.id;
    }
    this.registerOutputs();
  }
}
