import { FlowLog } from "@pulumi/aws/ec2/flowLog";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../../config/schema";
import { flowLog } from "../../../values/aws/network/flow-log";
import { vpcCidr } from "../../../values/aws/network/subnets";
import type { AwsCell, CellOptions } from "../cell";
import { Endpoints } from "./endpoints";
import { OwnVpc } from "./own-vpc";
import type { VpcParts } from "./vpc-parts";

/**
 * The VPC of one region, made here or there already; its endpoints and flow logs. Cost: NAT gateways and interface
 * endpoints, by the hour and zone.
 */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: VpcParts["vpcId"];
  readonly cidr: string;
  readonly subnets: VpcParts["subnets"];

  constructor(cell: AwsCell, { parent, dependsOn = [] }: CellOptions) {
    const { region, place, config } = cell;
    super("homeport:aws:Network", region, {}, { parent });
    const existing = config.network.existing[region];
    const vpc = existing === undefined ? new OwnVpc(cell, { parent: this }) : adopted(existing);
    this.vpcId = vpc.vpcId;
    this.cidr = vpcCidr(region, config);
    this.subnets = vpc.subnets;
    new Endpoints(cell, vpc, { parent: this });
    if (config.monitoring.audit)
      new FlowLog(
        `${region}/vpc`,
        { vpcId: vpc.vpcId, ...flowLog(place) },
        { parent: this, dependsOn: [...dependsOn] },
      );
    this.registerOutputs();
  }
}

type Existing = StackConfig["network"]["existing"][string];

function adopted({ vpcId, publicSubnets, privateSubnets, gpuSubnets, routeTables }: Existing): VpcParts {
  const outputs = (ids: Record<string, string>) =>
    Object.fromEntries(Object.entries(ids).map(([zone, id]) => [zone, pulumi.output(id)]));
  return {
    vpcId: pulumi.output(vpcId),
    subnets: { public: outputs(publicSubnets), private: outputs(privateSubnets), gpu: outputs(gpuSubnets) },
    routeTables: routeTables.map((id) => pulumi.output(id)),
  };
}
