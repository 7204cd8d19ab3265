import { DefaultSecurityGroup } from "@pulumi/aws/ec2/defaultSecurityGroup";
import { Subnet } from "@pulumi/aws/ec2/subnet";
import { Vpc } from "@pulumi/aws/ec2/vpc";
import * as pulumi from "@pulumi/pulumi";
import { hasPublicSubnets, plannedSubnets, vpcCidr } from "../../../values/aws/network/subnets";
import type { AwsCell, CellOptions } from "../cell";
import { InnerRoutes, InternetRoutes } from "./routes";
import type { VpcParts } from "./vpc-parts";

/** A VPC of our own: subnets by zone id, and as many ways out as the stack asks for. */
export class OwnVpc extends pulumi.ComponentResource implements VpcParts {
  readonly vpcId: pulumi.Output<string>;
  readonly subnets: VpcParts["subnets"];
  readonly routeTables: VpcParts["routeTables"];

  constructor({ region, place, config }: AwsCell, { parent }: CellOptions) {
    super("homeport:aws:OwnVpc", region, {}, { parent });
    const Name = `homeport-${place.environment}`;
    const vpc = new Vpc(
      `${region}/vpc`,
      { cidrBlock: vpcCidr(region, config), enableDnsHostnames: true, enableDnsSupport: true, tags: { Name } },
      { parent: this },
    );
    // Every VPC has this group, and what names no group gets it: without rules it lets nothing in or out.
    new DefaultSecurityGroup(`${region}/default`, { vpcId: vpc.id, ingress: [], egress: [] }, { parent: this });
    this.vpcId = vpc.id;
    this.subnets = { public: {}, private: {}, gpu: {} };
    for (const { kind, zone, cidr, tags } of plannedSubnets(place.environment, region, config)) {
      const subnet = new Subnet(
        `${region}/${kind}-${zone}`,
        { vpcId: vpc.id, availabilityZoneId: zone, cidrBlock: cidr, mapPublicIpOnLaunch: false, tags },
        { parent: this },
      );
      this.subnets[kind][zone] = subnet.id;
    }
    const ways = { region, config, vpc, subnets: this.subnets };
    const internet = hasPublicSubnets(config) ? new InternetRoutes(ways, { parent: this }) : undefined;
    const inner = new InnerRoutes(ways, internet?.nat ?? {}, { parent: this });
    this.routeTables = [...(internet?.routeTables ?? []), ...inner.routeTables];
    this.registerOutputs();
  }
}
