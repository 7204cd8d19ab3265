import { Trail } from "@pulumi/aws/cloudtrail/trail";
import * as pulumi from "@pulumi/pulumi";
import { trailBucket } from "../../../core/aws/names";
import { trailLock } from "../../../values/aws/watch/log-keeping";
import { trailBucketPolicy } from "../../../values/aws/watch/log-policies";
import { trailArgs } from "../../../values/aws/watch/trail";
import type { AwsCell, CellOptions } from "../cell";
import { LogBucket } from "./log-bucket";
import type { RegionLogs } from "./region-logs";

/**
 * Who did what, in the whole environment; lives in its first region. **Stateful:** kept on destroy, under object lock.
 * Cost: by the number of data events; the first copy of management events is free.
 */
export class Audit extends pulumi.ComponentResource {
  constructor({ region, place, config }: AwsCell, { key }: Pick<RegionLogs, "key">, { parent }: CellOptions) {
    super("homeport:aws:Audit", region, {}, { parent });
    const name = `${region}/trail`;
    const lock = trailLock(config);
    const args = { bucket: trailBucket(place), policy: trailBucketPolicy(place), config, key, lock };
    const bucket = new LogBucket(name, args, this);
    const places = config.regions.map((one) => ({ ...place, region: one }));
    new Trail(
      name,
      { ...trailArgs(place, places), kmsKeyId: key.arn },
      { parent: this, dependsOn: [...bucket.ready], protect: true },
    );
    this.registerOutputs();
  }
}
