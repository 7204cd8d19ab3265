import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import { Schedule } from "@pulumi/aws/scheduler/schedule";
import * as pulumi from "@pulumi/pulumi";
import { alarmTopicArn } from "../../../core/aws/names";
import { zoneNumber } from "../../../core/aws/zones";
import { type BlockEnd, blockEndPolicy, callTarget } from "../../../values/aws/nodes/block-end";
import { serviceTrust } from "../../../values/aws/policy";
import type { AwsCell, CellOptions } from "../cell";

export interface BlockEndsArgs {
  ends: readonly BlockEnd[];
  clusterName: string;
  /** Physical name of the node group of a way (`a100-on-demand`) in a zone. */
  groupName: (key: string, zone: string) => pulumi.Output<string> | undefined;
}

/** Tells a day ahead that a capacity block ends, and starts the nodes that take over. Cost: none until then. */
export class BlockEnds extends pulumi.ComponentResource {
  constructor(
    { region, place }: AwsCell,
    { ends, clusterName, groupName }: BlockEndsArgs,
    { parent, dependsOn = [] }: CellOptions,
  ) {
    super("homeport:aws:BlockEnds", region, {}, { parent });
    const role = new Role(
      `${region}/block-ends`,
      {
        namePrefix: "homeport-block-ends-",
        assumeRolePolicy: JSON.stringify(serviceTrust("scheduler.amazonaws.com", place)),
      },
      { parent: this },
    );
    const allowed = new RolePolicy(
      `${region}/block-ends`,
      { name: "block-ends", role: role.name, policy: JSON.stringify(blockEndPolicy(place, ends)) },
      { parent: this },
    );
    // Of a prefix 38 characters are left: a pool's name has up to 20.
    const once = (pool: string, what: string, scheduleExpression: string, arn: string, input: pulumi.Input<string>) =>
      new Schedule(
        `${region}/${pool}-block-${what}`,
        {
          namePrefix: `${pool}-${what}-`,
          flexibleTimeWindow: { mode: "OFF" },
          scheduleExpression,
          scheduleExpressionTimezone: "UTC",
          target: { arn, roleArn: role.arn, input },
        },
        { parent: this, dependsOn: [allowed, ...dependsOn] },
      );
    for (const { pool, remindAt, reminder, next } of ends) {
      const message = JSON.stringify({ TopicArn: alarmTopicArn(place), ...reminder });
      once(pool, "reminder", remindAt, callTarget(place, "sns:publish"), message);
      if (next === undefined) continue;
      for (const { key, zone, nodes } of next.groups) {
        const sizes = pulumi.jsonStringify({
          ClusterName: clusterName,
          NodegroupName: groupName(key, zone),
          ScalingConfig: { MinSize: nodes, DesiredSize: nodes },
        });
        const call = callTarget(place, "eks:updateNodegroupConfig");
        once(pool, `handover-az${zoneNumber(zone)}`, next.prepareAt, call, sizes);
      }
    }
    this.registerOutputs();
  }
}
