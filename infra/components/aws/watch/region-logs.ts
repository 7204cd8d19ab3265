import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import { Alias } from "@pulumi/aws/kms/alias";
import { Key } from "@pulumi/aws/kms/key";
import * as pulumi from "@pulumi/pulumi";
import { keyAlias, logsBucket } from "../../../core/aws/names";
import { cloudWatchDays, controlPlaneLogGroup } from "../../../values/aws/watch/log-keeping";
import { logsBucketPolicy, logsKeyPolicy } from "../../../values/aws/watch/log-policies";
import type { AwsCell, CellOptions } from "../cell";
import { LogBucket } from "./log-bucket";

/**
 * Where one region's logs lie: flow and access logs in a bucket, the control plane's in CloudWatch. **Stateful:** kept on
 * destroy. Cost: storage, and by the GB for the control plane's logs.
 */
export class RegionLogs extends pulumi.ComponentResource {
  readonly key: Key;
  /** What must stand before anybody writes. */
  readonly ready: readonly pulumi.Resource[];

  constructor({ region, place, config }: AwsCell, { parent }: CellOptions) {
    super("homeport:aws:RegionLogs", region, {}, { parent });
    const name = `${region}/logs`;
    this.key = new Key(
      name,
      {
        description: `Logs of homeport ${place.environment} in ${region}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: JSON.stringify(logsKeyPolicy(place)),
      },
      { parent: this, protect: true, retainOnDelete: true },
    );
    new Alias(name, { name: keyAlias(place, "logs"), targetKeyId: this.key.id }, { parent: this });
    const args = { bucket: logsBucket(place), policy: logsBucketPolicy(place), config, key: this.key };
    const bucket = new LogBucket(name, args, this);
    const controlPlane = new LogGroup(
      `${region}/control-plane`,
      {
        name: controlPlaneLogGroup(place),
        retentionInDays: cloudWatchDays(config.monitoring.retentionDays),
        kmsKeyId: this.key.arn,
      },
      { parent: this, protect: true, retainOnDelete: true },
    );
    this.ready = [...bucket.ready, controlPlane];
    this.registerOutputs();
  }
}
