/**
 * What AWS would add to a resource, as text that says what it stands for: `<arn of us-east-1/cluster>`. Only what the
 * program reads; a field that is missing here would be `undefined` in the plan. In a preview nothing is answered, so
 * that the SDK takes all of it as unknown.
 */

type Fields = Record<string, unknown>;
type Named = (field: string) => string;

/** Fields beside `id`, `arn` and `name`, by type. */
const MORE: Readonly<Record<string, (of: Named) => Fields>> = {
  "aws:eks/cluster:Cluster": (of) => ({
    endpoint: of("endpoint"),
    certificateAuthority: { data: of("certificate authority") },
    vpcConfig: { clusterSecurityGroupId: of("security group") },
  }),
  "aws:lb/loadBalancer:LoadBalancer": (of) => ({
    dnsName: of("dns name"),
    zoneId: of("zone"),
    arnSuffix: of("arn suffix"),
  }),
  "aws:lb/targetGroup:TargetGroup": (of) => ({ arnSuffix: of("arn suffix") }),
  "aws:amp/workspace:Workspace": (of) => ({ prometheusEndpoint: of("url") }),
  "aws:acm/certificate:Certificate": (of) => ({
    domainValidationOptions: [
      {
        resourceRecordName: of("proof name"),
        resourceRecordType: "CNAME",
        resourceRecordValue: of("proof"),
      },
    ],
  }),
  "aws:route53/record:Record": (of) => ({ fqdn: of("full name") }),
  "aws:globalaccelerator/accelerator:Accelerator": (of) => ({ dnsName: of("dns name"), hostedZoneId: of("zone") }),
  "aws:ec2/eip:Eip": (of) => ({ allocationId: of("id") }),
  "aws:ec2/launchTemplate:LaunchTemplate": () => ({ latestVersion: 1 }),
  "aws:eks/nodeGroup:NodeGroup": (of) => ({
    nodeGroupName: of("node group"),
    resources: [{ autoscalingGroups: [{ name: of("autoscaling group") }] }],
  }),
};

/** State of a resource after an apply, as far as the program can know it. Given inputs win. */
export function awsAnswer(type: string, name: string, inputs: Fields): Fields {
  const of: Named = (field) => `<${field} of ${name}>`;
  return merged({ arn: of("arn"), name: of("name"), ...MORE[type]?.(of) }, inputs);
}

export const awsId = (name: string): string => `<id of ${name}>`;

const isMap = (value: unknown): value is Fields => value !== null && typeof value === "object" && !Array.isArray(value);

const merged = (answer: Fields, given: Fields): Fields => ({
  ...answer,
  ...Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      const known = answer[key];
      return [key, isMap(known) && isMap(value) ? merged(known, value) : value];
    }),
  ),
});
