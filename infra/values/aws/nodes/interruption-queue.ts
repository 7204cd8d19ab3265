import { type Place, partitionOf } from "../../../core/aws/names";
import { onlyTls, type PolicyDocument, policyDocument } from "../policy";

/** Where EC2 says which nodes it will take away; Karpenter reads it and drains them. */

/** Known before it exists: Karpenter's settings and policy name it. */
export const interruptionQueueName = ({ environment }: Pick<Place, "environment">): string =>
  `homeport-${environment}-interruptions`;

export const interruptionQueueArn = (place: Place): string =>
  `arn:${partitionOf(place.region)}:sqs:${place.region}:${place.account}:${interruptionQueueName(place)}`;

/** A notice that is older than five minutes is no help. */
export const QUEUE_SETTINGS = { messageRetentionSeconds: 300, sqsManagedSseEnabled: true } as const;

/** What is heard: the events of Karpenter 1.14's own template, read 2026-11-22. */
export const INTERRUPTIONS = {
  spot: { source: ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"] },
  rebalance: { source: ["aws.ec2"], "detail-type": ["EC2 Instance Rebalance Recommendation"] },
  state: { source: ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"] },
  health: { source: ["aws.health"], "detail-type": ["AWS Health Event"] },
} as const;

export const interruptionQueuePolicy = (place: Place): PolicyDocument =>
  policyDocument(
    {
      Sid: "Events",
      Effect: "Allow",
      Action: "sqs:SendMessage",
      Principal: { Service: "events.amazonaws.com" },
      Resource: interruptionQueueArn(place),
      Condition: { StringEquals: { "aws:SourceAccount": place.account } },
    },
    onlyTls("sqs:*", interruptionQueueArn(place)),
  );
