import { type Place, partitionOf } from "../../core/aws/names";

/** IAM policies as plain data; every statement says what it is for in its `Sid`. */
export interface Statement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Action: string | readonly string[];
  Resource?: string | readonly string[];
  Principal?: "*" | Readonly<Record<string, string | readonly string[]>>;
  Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
  Version: "2012-10-17";
  Statement: readonly Statement[];
}

export const policyDocument = (...Statement: readonly Statement[]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement,
});

/** A policy that AWS keeps up to date: `service-role/AmazonEBSCSIDriverPolicyV2`. */
export const managedPolicyArn = ({ region }: Pick<Place, "region">, name: string): string =>
  `arn:${partitionOf(region)}:iam::aws:policy/${name}`;

/** A service of AWS may take a role, for resources of this account only. */
export const serviceTrust = (service: string, { account }: Pick<Place, "account">): PolicyDocument =>
  policyDocument({
    Sid: "OwnAccount",
    Effect: "Allow",
    Action: "sts:AssumeRole",
    Principal: { Service: service },
    Condition: { StringEquals: { "aws:SourceAccount": account } },
  });

/** Nobody comes without encryption on the way. */
export const onlyTls = (Action: string, Resource: string | readonly string[]): Statement => ({
  Sid: "OnlyTls",
  Effect: "Deny",
  Principal: "*",
  Action,
  Resource,
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});

/** A bucket and all that is in it. `homeport init` knows a policy of ours by this statement. */
export const bucketOnlyTls = (bucketArn: string): Statement => onlyTls("s3:*", [bucketArn, `${bucketArn}/*`]);
