import { nameOf, type StoredResource } from "./pulumi";

/** What stays in the account after a destroy: data, logs, and the keys without which nobody could read them. */
export interface Kept {
  kind: string;
  /** Its name in AWS. */
  id: string;
}

const KINDS: Readonly<Record<string, string>> = {
  "aws:s3/bucket:Bucket": "bucket",
  "aws:kms/key:Key": "key",
  "aws:cloudwatch/logGroup:LogGroup": "log group",
};

/** Of what Pulumi made, all that it lets go of instead of deleting. Settings of a bucket go unnamed beside the bucket. */
export const keptOf = (resources: readonly StoredResource[]): Kept[] =>
  resources.flatMap(({ urn, type, id, retainOnDelete }) => {
    const kind = KINDS[type];
    return retainOnDelete && kind !== undefined ? [{ kind, id: id ?? nameOf(urn) }] : [];
  });
