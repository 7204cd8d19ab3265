import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm";
import { Listener } from "@pulumi/aws/lb/listener";
import { LoadBalancer } from "@pulumi/aws/lb/loadBalancer";
import { TargetGroup } from "@pulumi/aws/lb/targetGroup";
import * as pulumi from "@pulumi/pulumi";
import type { Entrance } from "../../../core/entrances";
import {
  listenerArgs,
  loadBalancerArgs,
  readyAlarmArgs,
  targetGroupArgs,
} from "../../../values/aws/traffic/load-balancers";
import type { AwsCell, CellOptions } from "../cell";

export interface EntrancePlace {
  vpcId: pulumi.Input<string>;
  subnets: pulumi.Input<string>[];
  securityGroupId: pulumi.Input<string>;
  certificateArn?: pulumi.Input<string>;
}

/** One model for one data class in one region: the load balancer, its targets, and whether any of them is ready. */
export class RegionEntrance extends pulumi.ComponentResource {
  readonly loadBalancer: LoadBalancer;
  readonly targetGroup: TargetGroup;
  readonly listener: Listener;
  readonly alarm: MetricAlarm;

  constructor({ region, place, config }: AwsCell, entrance: Entrance, at: EntrancePlace, opts: CellOptions) {
    const name = `${region}/${entrance.key}`;
    super("homeport:aws:Entrance", name, {}, { parent: opts.parent });
    const { vpcId, subnets, securityGroupId, certificateArn } = at;
    this.loadBalancer = new LoadBalancer(
      name,
      { ...loadBalancerArgs(entrance, place, config), subnets, securityGroups: [securityGroupId] },
      // Logs are on from the first moment, so their bucket must take them by then.
      { parent: this, dependsOn: [...(opts.dependsOn ?? [])] },
    );
    this.targetGroup = new TargetGroup(name, { ...targetGroupArgs(entrance, place, config), vpcId }, { parent: this });
    this.listener = new Listener(
      name,
      {
        ...listenerArgs(region, config),
        loadBalancerArn: this.loadBalancer.arn,
        certificateArn,
        defaultActions: [{ type: "forward", targetGroupArn: this.targetGroup.arn }],
      },
      { parent: this },
    );
    this.alarm = new MetricAlarm(
      name,
      {
        ...readyAlarmArgs(entrance, config),
        dimensions: { LoadBalancer: this.loadBalancer.arnSuffix, TargetGroup: this.targetGroup.arnSuffix },
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
