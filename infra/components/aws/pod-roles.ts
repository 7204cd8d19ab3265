import { PodIdentityAssociation } from "@pulumi/aws/eks/podIdentityAssociation";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment";
import * as pulumi from "@pulumi/pulumi";
import { roleName } from "../../core/aws/names";
import { podRoles, podTrust } from "../../values/aws/pod-roles";
import type { AwsCell, CellOptions } from "./cell";
import type { Cluster } from "./cluster";

/** Roles that pods of one cluster get by Pod Identity. They must stand before the pods: a running pod gets none later. */
export class PodRoles extends pulumi.ComponentResource {
  constructor({ region, place, config }: AwsCell, cluster: Cluster, { parent, dependsOn = [] }: CellOptions) {
    super("homeport:aws:PodRoles", region, {}, { parent });
    for (const row of podRoles(place, config)) {
      const { purpose, namespace, serviceAccount, policy, managedPolicy } = row;
      const name = `${region}/${purpose}`;
      const role = new Role(
        name,
        { name: roleName(place, purpose), assumeRolePolicy: JSON.stringify(podTrust(place, row)) },
        { parent: this },
      );
      const granted =
        policy === undefined
          ? []
          : [
              new RolePolicy(
                name,
                { name: purpose, role: role.name, policy: JSON.stringify(policy) },
                { parent: this },
              ),
            ];
      const attached =
        managedPolicy === undefined
          ? []
          : [new RolePolicyAttachment(name, { role: role.name, policyArn: managedPolicy }, { parent: this })];
      new PodIdentityAssociation(
        name,
        { clusterName: cluster.controlPlane.name, namespace, serviceAccount, roleArn: role.arn },
        { parent: this, dependsOn: [...dependsOn, ...granted, ...attached] },
      );
    }
    this.registerOutputs();
  }
}
