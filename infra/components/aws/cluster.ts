import { Cluster as EksCluster } from "@pulumi/aws/eks/cluster";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment";
import * as pulumi from "@pulumi/pulumi";
import { clusterName, partitionOf } from "../../core/aws/names";
import type { AwsCell, CellOptions } from "./cell";
import type { Network } from "./network";

/** The EKS control plane of one region. Cost: $0.10 an hour. */
export class Cluster extends pulumi.ComponentResource {
  readonly name: string;
  readonly endpoint: pulumi.Output<string>;
  readonly certificateAuthority: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;
  /** How this machine reaches it: no token, the AWS CLI makes one for every call. */
  readonly kubeconfig: pulumi.Output<string>;

  constructor({ region, place, config }: AwsCell, network: Network, opts: CellOptions) {
    super("homeport:aws:Cluster", region, {}, { parent: opts.parent, dependsOn: [...(opts.dependsOn ?? [])] });
    this.name = clusterName(place);
    const role = new Role(
      `${region}/cluster`,
      {
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Service: "eks.amazonaws.com" }, Action: "sts:AssumeRole" }],
        }),
      },
      { parent: this },
    );
    const policy = new RolePolicyAttachment(
      `${region}/cluster`,
      { role: role.name, policyArn: `arn:${partitionOf(region)}:iam::aws:policy/AmazonEKSClusterPolicy` },
      { parent: this },
    );
    const cluster = new EksCluster(
      `${region}/cluster`,
      {
        name: this.name,
        version: config.cluster.version,
        roleArn: role.arn,
        vpcConfig: { subnetIds: Object.values(network.subnets.private) },
      },
      { parent: this, dependsOn: [policy] },
    );
    this.endpoint = cluster.endpoint;
    this.certificateAuthority = cluster.certificateAuthority.data;
    this.securityGroupId = cluster.vpcConfig.clusterSecurityGroupId;
    this.kubeconfig = pulumi.jsonStringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": region,
      clusters: [
        {
          name: region,
          cluster: { server: this.endpoint, "certificate-authority-data": this.certificateAuthority },
        },
      ],
      contexts: [{ name: region, context: { cluster: region, user: region } }],
      users: [
        {
          name: region,
          user: {
            exec: {
              apiVersion: "client.authentication.k8s.io/v1beta1",
              command: "aws",
              args: ["eks", "get-token", "--region", region, "--cluster-name", this.name, "--output", "json"],
              interactiveMode: "Never",
            },
          },
        },
      ],
    });
    this.registerOutputs();
  }
}
