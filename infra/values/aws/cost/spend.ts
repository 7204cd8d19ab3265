import type { StackConfig } from "../../../config/schema";
import type { Place } from "../../../core/aws/names";

type Notice = [type: "ACTUAL" | "FORECASTED", percent: number];
export const NOTICES: readonly Notice[] = [
  ["ACTUAL", 80],
  ["ACTUAL", 100],
  ["FORECASTED", 100],
];

/** AWS takes ten addresses for one notice. */
const MOST_ADDRESSES = 10;

/**
 * Of the whole account: AWS can only tell environments apart by a tag that somebody has switched on in billing, and until
 * then it would count nothing and never speak. Mail goes straight; the topic is for those that are called.
 */
export function budgetArgs(
  { environment, account }: Pick<Place, "environment" | "account">,
  { monthlyUsd, monitoring }: { monthlyUsd: number; monitoring: StackConfig["monitoring"] },
  topicArn: string,
) {
  const told = monitoring.alertTo.map((name) => monitoring.receivers[name]);
  const mails = told.flatMap((receiver) => receiver?.email ?? []).slice(0, MOST_ADDRESSES);
  const called = told.some((receiver) => receiver?.webhook !== undefined);
  return {
    name: `homeport-${environment}`,
    accountId: account,
    budgetType: "COST",
    timeUnit: "MONTHLY",
    limitAmount: `${monthlyUsd}`,
    limitUnit: "USD",
    notifications: NOTICES.map(([notificationType, threshold]) => ({
      notificationType,
      threshold,
      thresholdType: "PERCENTAGE",
      comparisonOperator: "GREATER_THAN",
      subscriberEmailAddresses: mails,
      subscriberSnsTopicArns: called ? [topicArn] : [],
    })),
  };
}
