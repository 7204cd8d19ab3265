import { EventRule } from "@pulumi/aws/cloudwatch/eventRule";
import { EventTarget } from "@pulumi/aws/cloudwatch/eventTarget";
import { Queue } from "@pulumi/aws/sqs/queue";
import { QueuePolicy } from "@pulumi/aws/sqs/queuePolicy";
import * as pulumi from "@pulumi/pulumi";
import {
  INTERRUPTIONS,
  interruptionQueueName,
  interruptionQueuePolicy,
  QUEUE_SETTINGS,
} from "../../../values/aws/nodes/interruption-queue";
import type { AwsCell, CellOptions } from "../cell";

/** Tells Karpenter two minutes ahead which spot nodes go. */
export class InterruptionQueue extends pulumi.ComponentResource {
  constructor({ region, place }: AwsCell, { parent }: CellOptions) {
    super("homeport:aws:InterruptionQueue", region, {}, { parent });
    const name = `${region}/interruptions`;
    const queue = new Queue(name, { name: interruptionQueueName(place), ...QUEUE_SETTINGS }, { parent: this });
    const policy = JSON.stringify(interruptionQueuePolicy(place));
    new QueuePolicy(name, { queueUrl: queue.id, policy }, { parent: this });
    for (const [kind, pattern] of Object.entries(INTERRUPTIONS)) {
      const rule = new EventRule(
        `${name}/${kind}`,
        { namePrefix: `${interruptionQueueName(place)}-`.slice(0, 38), eventPattern: JSON.stringify(pattern) },
        { parent: this },
      );
      new EventTarget(`${name}/${kind}`, { rule: rule.name, targetId: "karpenter", arn: queue.arn }, { parent: this });
    }
    this.registerOutputs();
  }
}
