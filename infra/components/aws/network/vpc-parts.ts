import type * as pulumi from "@pulumi/pulumi";
import type { SubnetKind } from "../../../values/aws/network/subnets";

/** What the rest of a cell needs of a VPC, whoever made it. */
export interface VpcParts {
  vpcId: pulumi.Output<string>;
  /** Ids by zone id. */
  subnets: Readonly<Record<SubnetKind, Record<string, pulumi.Output<string>>>>;
  /** All that lead anywhere: each gets the S3 endpoint. */
  routeTables: readonly pulumi.Output<string>[];
}
