import { InstanceProfile } from "@pulumi/aws/iam/instanceProfile";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment";
import * as pulumi from "@pulumi/pulumi";
import { karpenterPools } from "../../../values/aws/nodes/karpenter";
import { NODE_TRUST, nodePolicies, nodeRoleName } from "../../../values/aws/nodes/node-role";
import type { AwsCell, CellOptions } from "../cell";

/** The role of a region's nodes. A node that starts before its policies are attached never joins. */
export class NodeRole extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly attachments: readonly RolePolicyAttachment[];

  constructor({ region, place, config }: AwsCell, { parent, dependsOn }: CellOptions) {
    super("homeport:aws:NodeRole", region, {}, { parent, dependsOn: [...(dependsOn ?? [])] });
    const role = new Role(
      `${region}/node`,
      { name: nodeRoleName(place), assumeRolePolicy: JSON.stringify(NODE_TRUST) },
      { parent: this },
    );
    this.arn = role.arn;
    this.attachments = Object.entries(nodePolicies(place, config)).map(
      ([name, policyArn]) =>
        new RolePolicyAttachment(`${region}/node-${name}`, { role: role.name, policyArn }, { parent: this }),
    );
    // Managed node groups have a profile of their own making; Karpenter's nodes have this one.
    if (karpenterPools(config).length > 0)
      new InstanceProfile(`${region}/node`, { name: nodeRoleName(place), role: role.name }, { parent: this });
    this.registerOutputs();
  }
}
