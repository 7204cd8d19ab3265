import type { Wheel } from "./packages";

/** EC2's own answers, as moto ships them: DescribeInstanceTypes, and DescribeInstanceTypeOfferings by zone id. */
export const MOTO: Wheel = {
  name: "moto",
  version: "5.2.5",
  sha256: "eef62cdcf3bfe73e0863743511ba042dfaba04ba3d5ecdcb896a196c693ad528",
};

/** Where CloudFormation accepts a type: newer than moto's answers, and with GovCloud and China. */
export const CFN_LINT: Wheel = {
  name: "cfn-lint",
  version: "1.58.0",
  sha256: "9d9f06043160756a6158f5c3f92a44ce38254b1c578127461608305bc8262987",
};

/** On-demand prices (Linux) of us-east-1 and GovCloud. */
export const KARPENTER = { name: "github.com/aws/karpenter-provider-aws", version: "v1.15.1" };

export const TYPES_FILE = "moto/ec2/resources/instance_types.json.gz";
export const ACCEPTED_FILE = "cfnlint/data/schemas/extensions/aws_ec2_instance/instancetype_enum.json";

/** A file out of what was read of a package. */
export function only<T>(files: ReadonlyMap<string, T>, path: string): T {
  const found = files.get(path);
  if (found === undefined) throw new Error(`${path} is no longer in its package`);
  return found;
}
