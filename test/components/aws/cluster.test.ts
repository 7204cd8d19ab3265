import { AddOns } from "../../../infra/components/aws/add-ons";
import { Cluster } from "../../../infra/components/aws/cluster";
import { Network } from "../../../infra/components/aws/network/network";
import { PodRoles } from "../../../infra/components/aws/pod-roles";
import { plannedAddOns } from "../../../infra/values/aws/cluster/add-ons";
import { ACCOUNT, awsCell, registered, type Sections } from "../../support/aws-cell";
import type { Plan } from "../../support/plan";

/** Proves what is asked of EKS and IAM, not that they give it. */

const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const ACCESS = { access: { cidrs: ["203.0.113.0/24"] }, admins: [role("deploy")], viewers: [role("team/on-call")] };

const made = (sections: Sections = {}, preview = false): Promise<Plan> => {
  const cell = awsCell({ ...sections, cluster: { ...ACCESS, ...(sections.cluster as object) } });
  const build = (parent: ConstructorParameters<typeof Network>[1]["parent"]) => {
    const cluster = new Cluster(cell, new Network(cell, { parent }), { parent });
    const roles = new PodRoles(cell, cluster, { parent });
    new AddOns("before-nodes", cluster, plannedAddOns(cell.config).beforeNodes, { parent, dependsOn: [roles] });
  };
  return registered(build, { preview });
};

let base: Plan;
beforeAll(async () => {
  base = await made();
});

const ofType = (plan: Plan, type: string) => plan.resources.filter((one) => one.type === type);

describe("the control plane", () => {
  it("is asked for like this", () => {
    const { inputs, protect } = base.only("aws:eks/cluster:Cluster");
    expect(inputs).toEqual({
      name: "homeport-prod",
      version: "1.34",
      roleArn: "<arn of us-east-1/cluster>",
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
      bootstrapSelfManagedAddons: false,
      deletionProtection: true,
      enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      encryptionConfig: { provider: { keyArn: "<arn of us-east-1/cluster>" }, resources: ["secrets"] },
      upgradePolicy: { supportType: "STANDARD" },
      vpcConfig: {
        subnetIds: ["use1-az1", "use1-az2", "use1-az4"].map((zone) => `<id of us-east-1/private-${zone}>`),
        endpointPrivateAccess: true,
        endpointPublicAccess: true,
        publicAccessCidrs: ["203.0.113.0/24"],
      },
      zonalShiftConfig: { enabled: true },
    });
    expect(protect).toBe(true);
  });

  it("has a key of its own that turns, and outlives it", () => {
    const { inputs, protect, retainOnDelete } = base.only("aws:kms/key:Key");
    expect(inputs).toMatchObject({ enableKeyRotation: true, deletionWindowInDays: 30 });
    expect([protect, retainOnDelete]).toEqual([true, true]);
  });

  it("waits for what its role may do", () => {
    const { dependencies } = base.only("aws:eks/cluster:Cluster");
    for (const type of ["aws:iam/rolePolicy:RolePolicy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"])
      expect(dependencies).toContain(base.only(type, "us-east-1/cluster").urn);
  });

  it("can be destroyed in profile development", async () => {
    const { inputs, protect } = (await made({ environment: { profile: "development" } })).only(
      "aws:eks/cluster:Cluster",
    );
    expect([inputs.deletionProtection, protect]).toEqual([false, false]);
  });

  it("is the same set of resources in a preview", async () => {
    expect((await made({}, true)).urns()).toEqual(base.urns());
  });
});

describe("access", () => {
  it("is given by name, to admins and viewers, and to nobody else", () => {
    const entries = ofType(base, "aws:eks/accessPolicyAssociation:AccessPolicyAssociation").map(({ inputs }) => [
      inputs.principalArn,
      `${inputs.policyArn}`.split("/").at(-1),
    ]);
    expect(entries).toEqual([
      [role("deploy"), "AmazonEKSClusterAdminPolicy"],
      [role("team/on-call"), "AmazonEKSViewPolicy"],
    ]);
    expect(ofType(base, "aws:eks/accessEntry:AccessEntry")).toHaveLength(2);
  });

  it("is private through the tunnel, for the nodes alone", async () => {
    const plan = await made({ cluster: { access: { via: "tunnel" } } });
    expect(plan.only("aws:eks/cluster:Cluster").inputs.vpcConfig).toMatchObject({ endpointPublicAccess: false });
    const rules = ofType(plan, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").map(({ name }) => name);
    expect(rules).toEqual(["us-east-1/endpoints"]);
  });

  it("is private from the inside, for the VPC and the networks joined to it", async () => {
    const plan = await made({ cluster: { access: { via: "inside", cidrs: ["10.0.0.0/12"] } } });
    const rules = ofType(plan, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").map(({ name }) => name);
    expect(rules).toEqual(expect.arrayContaining(["us-east-1/api-10.64.0.0/16", "us-east-1/api-10.0.0.0/12"]));
    expect(plan.only("aws:eks/cluster:Cluster").inputs.vpcConfig).not.toHaveProperty("publicAccessCidrs");
  });
});

it("lets EKS take the cluster's role for this cluster, and for nobody else's", () => {
  const { inputs } = base.only("aws:iam/role:Role", "us-east-1/cluster");
  expect(JSON.parse(`${inputs.assumeRolePolicy}`).Statement[0].Condition).toEqual({
    StringEquals: { "aws:SourceAccount": ACCOUNT },
    ArnLike: { "aws:SourceArn": `arn:aws:eks:us-east-1:${ACCOUNT}:cluster/homeport-prod` },
  });
});

describe("pods' roles", () => {
  it("are taken by one service account of one cluster", () => {
    const { inputs } = base.only("aws:iam/role:Role", "us-east-1/node-cache");
    expect(JSON.parse(`${inputs.assumeRolePolicy}`).Statement).toEqual([
      {
        Sid: "PodIdentity",
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
        Condition: {
          StringEquals: {
            "aws:SourceAccount": ACCOUNT,
            "aws:RequestTag/eks-cluster-arn": `arn:aws:eks:us-east-1:${ACCOUNT}:cluster/homeport-prod`,
            "aws:RequestTag/kubernetes-namespace": "homeport-node",
            "aws:RequestTag/kubernetes-service-account": "node-cache",
          },
        },
      },
    ]);
  });

  it("stand, with all that they may do, before the pods can ask for them", () => {
    for (const association of ofType(base, "aws:eks/podIdentityAssociation:PodIdentityAssociation")) {
      const grants = base.resources.filter(
        ({ type, name }) => name === association.name && /^aws:iam\/rolePolicy/.test(type),
      );
      expect(grants.length).toBeGreaterThan(0);
      for (const { urn } of grants) expect(association.dependencies).toContain(urn);
    }
    const cni = base.only("aws:eks/addon:Addon", "us-east-1/vpc-cni");
    const itsRole = base.only("aws:eks/podIdentityAssociation:PodIdentityAssociation", "us-east-1/vpc-cni");
    expect(cni.dependencies).toContain(itsRole.urn);
  });
});

describe("add-ons", () => {
  it("that nodes need come first, pinned; network policies are enforced", () => {
    const addOns = ofType(base, "aws:eks/addon:Addon");
    expect(addOns.map(({ inputs }) => inputs.addonName).sort()).toEqual([
      "eks-pod-identity-agent",
      "kube-proxy",
      "vpc-cni",
    ]);
    for (const { inputs } of addOns) expect(inputs.addonVersion).toMatch(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
    const { inputs } = base.only("aws:eks/addon:Addon", "us-east-1/vpc-cni");
    expect(JSON.parse(`${inputs.configurationValues}`)).toEqual({ enableNetworkPolicy: "true" });
  });
});
