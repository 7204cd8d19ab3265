import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import { VpcEndpoint } from "@pulumi/aws/ec2/vpcEndpoint";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule";
import * as pulumi from "@pulumi/pulumi";
import {
  endpointName,
  interfaceEndpoints,
  interfacePolicy,
  makesS3Endpoint,
  s3Policy,
} from "../../../values/aws/network/endpoints";
import { vpcCidr } from "../../../values/aws/network/subnets";
import type { AwsCell, CellOptions } from "../cell";
import type { VpcParts } from "./vpc-parts";

/** Private ways to AWS's services, in every zone. S3's costs nothing and never passes a NAT gateway. */
export class Endpoints extends pulumi.ComponentResource {
  constructor(cell: AwsCell, { vpcId, subnets, routeTables }: VpcParts, { parent }: CellOptions) {
    const { region, place, config } = cell;
    super("homeport:aws:Endpoints", region, {}, { parent });
    if (makesS3Endpoint(region, config))
      new VpcEndpoint(
        `${region}/s3`,
        {
          vpcId,
          serviceName: endpointName(region, "s3"),
          vpcEndpointType: "Gateway",
          routeTableIds: [...routeTables],
          policy: JSON.stringify(s3Policy(place)),
        },
        { parent: this },
      );
    const group = new SecurityGroup(
      `${region}/endpoints`,
      { vpcId, description: "Interface endpoints: HTTPS from inside the VPC" },
      { parent: this },
    );
    new SecurityGroupIngressRule(
      `${region}/endpoints`,
      {
        securityGroupId: group.id,
        description: "HTTPS from the VPC",
        cidrIpv4: vpcCidr(region, config),
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
      },
      { parent: this },
    );
    for (const service of interfaceEndpoints(region, config)) {
      const policy = interfacePolicy(service, place);
      new VpcEndpoint(
        `${region}/${service}`,
        {
          vpcId,
          serviceName: endpointName(region, service),
          vpcEndpointType: "Interface",
          privateDnsEnabled: true,
          subnetIds: Object.values(subnets.private),
          securityGroupIds: [group.id],
          ...(policy && { policy: JSON.stringify(policy) }),
        },
        { parent: this },
      );
    }
    this.registerOutputs();
  }
}
