import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm";
import { Alias } from "@pulumi/aws/kms/alias";
import { Key } from "@pulumi/aws/kms/key";
import type { LoadBalancer } from "@pulumi/aws/lb/loadBalancer";
import type { TargetGroup } from "@pulumi/aws/lb/targetGroup";
import { Topic } from "@pulumi/aws/sns/topic";
import { TopicPolicy } from "@pulumi/aws/sns/topicPolicy";
import { TopicSubscription } from "@pulumi/aws/sns/topicSubscription";
import * as pulumi from "@pulumi/pulumi";
import { loadBalancerKind } from "../../../core/aws/load-balancing";
import { alarmTopic, keyAlias } from "../../../core/aws/names";
import { alarmsKeyPolicy, subscriptions, topicPolicy } from "../../../values/aws/watch/alarm-topic";
import {
  balancerAlarms,
  quotaAlarm,
  quotaClasses,
  replicationFailedAlarm,
  replicationLateAlarm,
} from "../../../values/aws/watch/alarms";
import type { AwsCell, CellOptions } from "../cell";

/** What the alarms of load balancers are about, by entrance. */
export type Watched = Readonly<
  Record<string, { loadBalancer: Pick<LoadBalancer, "arnSuffix">; targetGroup: Pick<TargetGroup, "arnSuffix"> }>
>;

/** One region's topic, who is told, and alarms of what lies outside the cluster. Cost: a little for each alarm and mail. */
export class Alarms extends pulumi.ComponentResource {
  readonly topic: Topic;

  constructor(cell: AwsCell, entrances: Watched, { parent, dependsOn }: CellOptions) {
    super("homeport:aws:Alarms", cell.region, {}, { parent, dependsOn: [...(dependsOn ?? [])] });
    this.topic = this.#topic(cell);
    this.#tell(cell);
    for (const entrance of Object.keys(entrances)) this.#watchEntrance(cell, entrance, entrances);
    this.#watchReplication(cell);
    for (const className of quotaClasses(cell.config))
      this.#alarm(`${cell.region}/quota-${className.replace("/", "-")}`, quotaAlarm(className));
    this.registerOutputs();
  }

  #topic({ region, place }: AwsCell): Topic {
    const name = `${region}/alarms`;
    const key = new Key(
      name,
      {
        description: `Alarms of homeport ${place.environment} in ${region}`,
        enableKeyRotation: true,
        policy: JSON.stringify(alarmsKeyPolicy(place)),
      },
      { parent: this },
    );
    new Alias(name, { name: keyAlias(place, "alarms"), targetKeyId: key.id }, { parent: this });
    const topic = new Topic(name, { name: alarmTopic(place), kmsMasterKeyId: key.id }, { parent: this });
    new TopicPolicy(name, { arn: topic.arn, policy: JSON.stringify(topicPolicy(place)) }, { parent: this });
    return topic;
  }

  #tell({ region, config }: AwsCell): void {
    for (const { key, protocol, endpoint } of subscriptions(config.monitoring))
      new TopicSubscription(`${region}/${key}`, { topic: this.topic.arn, protocol, endpoint }, { parent: this });
  }

  #watchEntrance({ region, config }: AwsCell, entrance: string, entrances: Watched): void {
    const made = entrances[entrance];
    if (made === undefined) return;
    for (const { key, ofTargets, args } of balancerAlarms(loadBalancerKind(config.traffic), entrance)) {
      const LoadBalancer = made.loadBalancer.arnSuffix;
      const dimensions = ofTargets ? { LoadBalancer, TargetGroup: made.targetGroup.arnSuffix } : { LoadBalancer };
      this.#alarm(`${region}/${entrance}-${key}`, { ...args, dimensions });
    }
  }

  /** Each region watches its own copy; what could not be sent is known in the first, where it is sent from. */
  #watchReplication({ region, place, config }: AwsCell): void {
    const [first = place, ...others] = config.regions.map((name) => ({ ...place, region: name }));
    if (region !== first.region) this.#alarm(`${region}/replication`, replicationLateAlarm(first, place));
    else
      for (const other of others)
        this.#alarm(`${region}/replication-to-${other.region}`, replicationFailedAlarm(place, other));
  }

  #alarm(name: string, args: Omit<ConstructorParameters<typeof MetricAlarm>[1], "alarmActions" | "okActions">): void {
    const told = [this.topic.arn];
    new MetricAlarm(name, { ...args, alarmActions: told, okActions: told }, { parent: this });
  }
}
