import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule";
import * as pulumi from "@pulumi/pulumi";
import type { CellOptions } from "../cell";
import type { Network } from "../network/network";

/** EFA traffic is no IP traffic: only rules that name the group itself, both ways, let it through. */
export class EfaSecurityGroup extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(region: string, { vpcId }: Pick<Network, "vpcId">, { parent }: CellOptions) {
    super("homeport:aws:EfaSecurityGroup", region, {}, { parent });
    const group = new SecurityGroup(
      `${region}/efa`,
      { vpcId, namePrefix: "homeport-efa-", description: "Traffic between the nodes of one replica" },
      { parent: this },
    );
    this.id = group.id;
    const rule = {
      securityGroupId: group.id,
      referencedSecurityGroupId: group.id,
      ipProtocol: "-1",
      description: "Between nodes of this group",
    };
    new SecurityGroupIngressRule(`${region}/efa`, rule, { parent: this });
    new SecurityGroupEgressRule(`${region}/efa`, rule, { parent: this });
    this.registerOutputs();
  }
}
