import type { Key } from "@pulumi/aws/kms/key";
import { Bucket } from "@pulumi/aws/s3/bucket";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration";
import { BucketObjectLockConfiguration } from "@pulumi/aws/s3/bucketObjectLockConfiguration";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../../config/schema";
import type { PolicyDocument } from "../../../values/aws/policy";
import { logEncryption, logLifecycle, type trailLock } from "../../../values/aws/watch/log-keeping";

export interface LogBucketArgs {
  bucket: string;
  policy: PolicyDocument;
  config: StackConfig;
  key: Key;
  /** Object lock: only where every writer is known to be able to write under one. */
  lock?: ReturnType<typeof trailLock>;
}

/** A bucket of logs: versioned, closed, encrypted, emptied only by age. **Stateful:** protected, kept on destroy. */
export class LogBucket extends pulumi.ComponentResource {
  /** What must stand before anybody writes. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, { bucket, policy, config, key, lock }: LogBucketArgs, parent: pulumi.Resource) {
    super("homeport:aws:LogBucket", name, {}, { parent });
    const kept = { parent: this, protect: true, retainOnDelete: true };
    const made = new Bucket(name, { bucket, objectLockEnabled: lock !== undefined }, kept);
    const settings = { parent: this, dependsOn: [made], retainOnDelete: true };
    const versioning = new BucketVersioning(name, { bucket, versioningConfiguration: { status: "Enabled" } }, settings);
    const closed = new BucketPublicAccessBlock(
      name,
      { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      settings,
    );
    new BucketOwnershipControls(name, { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } }, settings);
    const encryption = new BucketServerSideEncryptionConfiguration(
      name,
      {
        bucket,
        rules: [{ applyServerSideEncryptionByDefault: logEncryption(config, key.arn), bucketKeyEnabled: true }],
      },
      settings,
    );
    const versioned = { ...settings, dependsOn: [versioning] };
    new BucketLifecycleConfiguration(name, { bucket, rules: logLifecycle(config) }, versioned);
    const locked = lock && new BucketObjectLockConfiguration(name, { bucket, rule: lock }, versioned);
    const writers = new BucketPolicy(
      name,
      { bucket, policy: JSON.stringify(policy) },
      // Last: from here on nothing can be taken away again.
      { ...settings, dependsOn: [closed, versioning, encryption] },
    );
    this.ready = locked ? [writers, locked] : [writers];
    this.registerOutputs();
  }
}
