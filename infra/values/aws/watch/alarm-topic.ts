import type { StackConfig } from "../../../config/schema";
import { alarmTopicArn, keyAlias, type Place, partitionOf } from "../../../core/aws/names";
import { onlyTls, type PolicyDocument, policyDocument } from "../policy";
import { ownKeyPolicy } from "./log-policies";

/** Whom alarms reach, and who may speak to them. */

/** Services of AWS that tell the topic: CloudWatch's alarms, the managed Prometheus' alerts, the budget. */
const SPEAKERS = ["cloudwatch", "aps", "budgets"].map((service) => `${service}.amazonaws.com`);

const ownAccount = ({ account }: Place) => ({ StringEquals: { "aws:SourceAccount": account } });

export const topicPolicy = (place: Place): PolicyDocument =>
  policyDocument(
    {
      Sid: "AlarmsOfThisAccount",
      Effect: "Allow",
      Principal: { Service: SPEAKERS },
      Action: ["sns:Publish", "sns:GetTopicAttributes"],
      Resource: alarmTopicArn(place),
      Condition: ownAccount(place),
    },
    onlyTls("sns:Publish", alarmTopicArn(place)),
  );

export const alarmsKeyPolicy = (place: Place): PolicyDocument =>
  policyDocument(ownKeyPolicy(place), {
    Sid: "AlarmsOfThisAccount",
    Effect: "Allow",
    Principal: { Service: SPEAKERS },
    Action: ["kms:GenerateDataKey*", "kms:Decrypt"],
    Resource: "*",
    Condition: ownAccount(place),
  });

interface Subscription {
  /** Stable name: receiver and way. */
  key: string;
  protocol: "email" | "https";
  endpoint: string;
}

/** Each receiver confirms its subscription once, by the link that AWS sends it. */
export const subscriptions = ({ receivers, alertTo }: StackConfig["monitoring"]): Subscription[] =>
  alertTo.flatMap((name): Subscription[] => {
    const { email, webhook } = receivers[name] ?? {};
    return [
      ...(email === undefined ? [] : [{ key: `${name}-email`, protocol: "email" as const, endpoint: email }]),
      ...(webhook === undefined ? [] : [{ key: `${name}-webhook`, protocol: "https" as const, endpoint: webhook }]),
    ];
  });

/** What a pod needs that tells the topic itself: Alertmanager in the cluster. */
export const publishPolicy = (place: Place): PolicyDocument =>
  policyDocument(
    { Sid: "Tell", Effect: "Allow", Action: "sns:Publish", Resource: alarmTopicArn(place) },
    {
      Sid: "Encrypt",
      Effect: "Allow",
      Action: ["kms:GenerateDataKey*", "kms:Decrypt"],
      Resource: `arn:${partitionOf(place.region)}:kms:${place.region}:${place.account}:key/*`,
      Condition: {
        StringEquals: { "kms:ViaService": `sns.${place.region}.amazonaws.com` },
        "ForAnyValue:StringEquals": { "kms:ResourceAliases": keyAlias(place, "alarms") },
      },
    },
  );
