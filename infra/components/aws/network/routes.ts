import { Eip } from "@pulumi/aws/ec2/eip";
import { InternetGateway } from "@pulumi/aws/ec2/internetGateway";
import { NatGateway } from "@pulumi/aws/ec2/natGateway";
import { Route } from "@pulumi/aws/ec2/route";
import { RouteTable } from "@pulumi/aws/ec2/routeTable";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation";
import type { Vpc } from "@pulumi/aws/ec2/vpc";
import * as pulumi from "@pulumi/pulumi";
import { natZones, type SubnetKind } from "../../../values/aws/network/subnets";
import type { AwsCell, CellOptions } from "../cell";
import type { VpcParts } from "./vpc-parts";

interface Ways extends Pick<AwsCell, "region" | "config"> {
  vpc: Vpc;
  subnets: VpcParts["subnets"];
}

const ANYWHERE = "0.0.0.0/0";

/** A route table and the subnets of one kind that use it; an association is called as its subnet. */
function routeTable(
  what: string,
  { region, vpc, subnets }: Ways,
  kind: SubnetKind,
  zones: readonly string[],
  parent: pulumi.Resource,
): RouteTable {
  const name = `${region}/${what}`;
  const table = new RouteTable(name, { vpcId: vpc.id, tags: { Name: name } }, { parent });
  for (const zone of zones) {
    const subnetId = subnets[kind][zone];
    new RouteTableAssociation(`${region}/${kind}-${zone}`, { routeTableId: table.id, subnetId }, { parent });
  }
  return table;
}

/** The only way to the internet: a gateway for the public subnets, and NAT gateways in them for the private ones. */
export class InternetRoutes extends pulumi.ComponentResource {
  readonly routeTables: pulumi.Output<string>[];
  /** NAT gateways by zone id. */
  readonly nat: Readonly<Record<string, NatGateway>>;

  constructor(ways: Ways, { parent }: CellOptions) {
    const { region, config, vpc, subnets } = ways;
    super("homeport:aws:InternetRoutes", region, {}, { parent });
    const gateway = new InternetGateway(`${region}/internet`, { vpcId: vpc.id }, { parent: this });
    const table = routeTable("public", ways, "public", Object.keys(subnets.public), this);
    new Route(
      `${region}/public`,
      { routeTableId: table.id, destinationCidrBlock: ANYWHERE, gatewayId: gateway.id },
      { parent: this },
    );
    this.routeTables = [table.id];
    this.nat = Object.fromEntries(
      natZones(region, config).map((zone) => {
        const address = new Eip(`${region}/nat-${zone}`, { domain: "vpc" }, { parent: this, dependsOn: [gateway] });
        const nat = new NatGateway(
          `${region}/nat-${zone}`,
          { allocationId: address.allocationId, subnetId: subnets.public[zone] },
          { parent: this, dependsOn: [gateway] },
        );
        return [zone, nat];
      }),
    );
    this.registerOutputs();
  }
}

/** Private subnets leave through the NAT gateway of their own zone, or the only one; GPU subnets never leave. */
export class InnerRoutes extends pulumi.ComponentResource {
  readonly routeTables: pulumi.Output<string>[];

  constructor(ways: Ways, nat: InternetRoutes["nat"], { parent }: CellOptions) {
    const { region, subnets } = ways;
    super("homeport:aws:InnerRoutes", region, {}, { parent });
    const [only] = Object.values(nat);
    this.routeTables = Object.keys(subnets.private).map((zone) => {
      const table = routeTable(`private-${zone}`, ways, "private", [zone], this);
      const exit = nat[zone] ?? only;
      if (exit !== undefined)
        new Route(
          `${region}/private-${zone}`,
          { routeTableId: table.id, destinationCidrBlock: ANYWHERE, natGatewayId: exit.id },
          { parent: this },
        );
      return table.id;
    });
    this.routeTables.push(routeTable("gpu", ways, "gpu", Object.keys(subnets.gpu), this).id);
    this.registerOutputs();
  }
}
