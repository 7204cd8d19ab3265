import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration";
import { BucketObjectLockConfiguration } from "@pulumi/aws/s3/bucketObjectLockConfiguration";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock";
import { BucketReplicationConfig } from "@pulumi/aws/s3/bucketReplicationConfig";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning";
import * as pulumi from "@pulumi/pulumi";
import { type Place, roleName, weightsBucket } from "../../core/aws/names";
import {
  weightsEncryption,
  weightsLifecycle,
  weightsLock,
  weightsReplication,
} from "../../values/aws/weights/weight-store";
import {
  mirrorPolicy,
  mirrorRoleName,
  mirrorTrust,
  replicationPolicy,
  replicationTrust,
  weightsBucketPolicy,
} from "../../values/aws/weights/weights-policies";
import type { AwsCell, CellOptions } from "./cell";
import type { Network } from "./network/network";

/**
 * Settings of one region's weights bucket, which `homeport init` made, and in the first region the replication into the
 * others and the role that mirrors. **Stateful:** the bucket and these settings stay when the environment goes.
 * Cost: storage of every pinned release in every region; transfer between regions once per release, timed replicas more.
 */
export class WeightStore extends pulumi.ComponentResource {
  private readonly name: string;

  constructor(cell: AwsCell, { network }: { network: Pick<Network, "vpcId"> }, opts: CellOptions) {
    super("homeport:aws:WeightStore", cell.region, {}, { parent: opts.parent, dependsOn: [...(opts.dependsOn ?? [])] });
    this.name = `${cell.region}/weights`;
    const places = cell.config.regions.map((region) => ({ ...cell.place, region }));
    const [first = cell.place, ...others] = places;
    const versioning = this.keepSettings(cell);
    this.keepClosed(cell.place, first, network);
    if (cell.region === first.region) {
      this.letMirror(places, first);
      if (others.length > 0) this.replicate(first, others, versioning);
    }
    this.registerOutputs();
  }

  private keepSettings({ place, config }: AwsCell): BucketVersioning {
    const bucket = weightsBucket(place);
    const kept = { parent: this, retainOnDelete: true };
    const versioning = new BucketVersioning(
      this.name,
      { bucket, versioningConfiguration: { status: "Enabled" } },
      kept,
    );
    const after = { ...kept, dependsOn: [versioning] };
    new BucketServerSideEncryptionConfiguration(this.name, { bucket, rules: weightsEncryption(place) }, kept);
    new BucketLifecycleConfiguration(this.name, { bucket, rules: weightsLifecycle() }, after);
    new BucketObjectLockConfiguration(this.name, { bucket, rule: weightsLock(config) }, after);
    return versioning;
  }

  private keepClosed(place: Place, first: Place, { vpcId }: Pick<Network, "vpcId">): void {
    const bucket = weightsBucket(place);
    const kept = { parent: this, retainOnDelete: true };
    const closed = new BucketPublicAccessBlock(
      this.name,
      { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      kept,
    );
    new BucketOwnershipControls(this.name, { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } }, kept);
    const policy = pulumi.jsonStringify(weightsBucketPolicy(place, first, vpcId));
    new BucketPolicy(this.name, { bucket, policy }, { ...kept, dependsOn: [closed] });
  }

  /** Named, because the bucket policies of all regions name it. */
  private letMirror(places: readonly Place[], first: Place): void {
    const description = "Brings weights into the buckets: homeport weights mirror";
    const name = mirrorRoleName(first);
    const assumeRolePolicy = JSON.stringify(mirrorTrust(first));
    const role = new Role(`${first.region}/mirror`, { name, description, assumeRolePolicy }, { parent: this });
    const policy = JSON.stringify(mirrorPolicy(places));
    new RolePolicy(`${first.region}/mirror`, { name: "mirror", role: role.name, policy }, { parent: this });
  }

  private replicate(first: Place, others: readonly Place[], versioning: BucketVersioning): void {
    const name = `${first.region}/replication`;
    const description = "Lets S3 copy new weights into the other regions";
    const assumeRolePolicy = JSON.stringify(replicationTrust(first));
    const role = new Role(
      name,
      { name: roleName(first, "replication"), description, assumeRolePolicy },
      { parent: this },
    );
    const policy = JSON.stringify(replicationPolicy(first, others));
    const allowed = new RolePolicy(name, { name: "replication", role: role.name, policy }, { parent: this });
    new BucketReplicationConfig(
      name,
      { bucket: weightsBucket(first), role: role.arn, rules: weightsReplication(others) },
      { parent: this, dependsOn: [versioning, allowed] },
    );
  }
}
