import { AccessEntry } from "@pulumi/aws/eks/accessEntry";
import { AccessPolicyAssociation } from "@pulumi/aws/eks/accessPolicyAssociation";
import { Cluster as EksCluster } from "@pulumi/aws/eks/cluster";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment";
import { Key } from "@pulumi/aws/kms/key";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule";
import * as pulumi from "@pulumi/pulumi";
import { clusterName, roleName } from "../../core/aws/names";
import { accessEntries } from "../../values/aws/cluster/access-entries";
import {
  apiAccess,
  clusterKeyPolicy,
  clusterKeyUse,
  clusterSettings,
  clusterTrust,
  insideNetworks,
} from "../../values/aws/cluster/cluster";
import { kubeconfig } from "../../values/aws/cluster/kubeconfig";
import { tunnelPort } from "../../values/aws/cluster/tunnel";
import { managedPolicyArn } from "../../values/aws/policy";
import type { AwsCell, CellOptions } from "./cell";
import type { Network } from "./network/network";

/** The EKS control plane of one region, and who may use it. **Stateful.** Cost: $0.10 an hour, logs and the key beside. */
export class Cluster extends pulumi.ComponentResource {
  readonly region: string;
  readonly name: string;
  readonly endpoint: pulumi.Output<string>;
  readonly certificateAuthority: pulumi.Output<string>;
  /** The group that EKS makes for its own interfaces and all nodes. */
  readonly securityGroupId: pulumi.Output<string>;
  readonly kubeconfig: pulumi.Output<string>;
  readonly controlPlane: EksCluster;

  constructor(cell: AwsCell, network: Network, { parent, dependsOn = [] }: CellOptions) {
    const { region, place, config } = cell;
    super("homeport:aws:Cluster", region, {}, { parent });
    this.region = region;
    this.name = clusterName(place);
    const key = this.makeKey(cell);
    const { role, allowed } = this.makeRole(cell, key);
    this.controlPlane = new EksCluster(
      `${region}/cluster`,
      {
        ...clusterSettings(place, config),
        roleArn: role.arn,
        vpcConfig: { subnetIds: Object.values(network.subnets.private), ...apiAccess(config) },
        encryptionConfig: { provider: { keyArn: key.arn }, resources: ["secrets"] },
      },
      { parent: this, dependsOn: [...dependsOn, ...allowed], protect: config.cluster.deletionProtection },
    );
    this.endpoint = this.controlPlane.endpoint;
    this.certificateAuthority = this.controlPlane.certificateAuthority.data;
    this.securityGroupId = this.controlPlane.vpcConfig.clusterSecurityGroupId;
    this.kubeconfig = this.describeAccess(cell);
    this.admit(cell, network.cidr);
    this.registerOutputs();
  }

  private makeKey({ region, place }: AwsCell): Key {
    return new Key(
      `${region}/cluster`,
      {
        description: `Kubernetes Secrets of ${this.name} in ${region}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: JSON.stringify(clusterKeyPolicy(place)),
      },
      { parent: this, protect: true, retainOnDelete: true },
    );
  }

  private makeRole({ region, place }: AwsCell, key: Key): { role: Role; allowed: pulumi.Resource[] } {
    const name = `${region}/cluster`;
    const role = new Role(
      name,
      { name: roleName(place, "cluster"), assumeRolePolicy: JSON.stringify(clusterTrust(place)) },
      { parent: this },
    );
    const policyArn = managedPolicyArn(place, "AmazonEKSClusterPolicy");
    const attached = new RolePolicyAttachment(name, { role: role.name, policyArn }, { parent: this });
    const policy = pulumi.jsonStringify(clusterKeyUse(key.arn));
    const granted = new RolePolicy(name, { name: "secrets-key", role: role.name, policy }, { parent: this });
    return { role, allowed: [attached, granted] };
  }

  /** Who may use the API, and from which networks. */
  private admit({ region, config }: AwsCell, vpc: string): void {
    for (const { key, principalArn, policyArn } of accessEntries(region, config)) {
      const name = `${region}/${key}`;
      const entry = new AccessEntry(name, { clusterName: this.controlPlane.name, principalArn }, { parent: this });
      new AccessPolicyAssociation(
        name,
        { clusterName: this.controlPlane.name, principalArn, policyArn, accessScope: { type: "cluster" } },
        { parent: this, dependsOn: [entry] },
      );
    }
    for (const cidrIpv4 of insideNetworks(vpc, config))
      new SecurityGroupIngressRule(
        `${region}/api-${cidrIpv4}`,
        {
          securityGroupId: this.securityGroupId,
          description: "Kubernetes API from the VPC and networks joined to it",
          cidrIpv4,
          ipProtocol: "tcp",
          fromPort: 443,
          toPort: 443,
        },
        { parent: this },
      );
  }

  private describeAccess({ region, place, config }: AwsCell): pulumi.Output<string> {
    const serverName = this.endpoint.apply((url) => url.replace("https://", ""));
    const tunnel = config.cluster.access.via === "tunnel" ? { serverName, port: tunnelPort(region) } : undefined;
    return pulumi.jsonStringify(kubeconfig(place, this, tunnel));
  }
}
