import { CostExplorerClient, GetCostAndUsageCommand } from "@aws-sdk/client-cost-explorer";
import type { LoadedStack } from "../../../infra/config/schema";
import { HOURS_A_MONTH } from "../../../infra/core/aws/estimate";
import { OperationError } from "../../../infra/core/errors";
import { estimate } from "../../../infra/values/aws/cost/estimate";
import { awsClient } from "../aws/client";
import { table, wrapped } from "../report";
import { usd } from "./money";

/** What AWS billed for an environment, beside what its list prices foretold. */
interface Billed {
  from: string;
  /** Not included, as Cost Explorer has it. */
  to: string;
  days: number;
  /** Of them those with a bill: an environment may be younger. The prediction is for these. */
  billedDays: number;
  services: { service: string; usd: number }[];
  billedUsd: number;
  predictedUsd: number;
  /** Of the prediction: −5 says that it was 5 % below the bill. */
  errorPercent: number;
}

const DAYS = 7;
/** The tag on every resource of an environment; somebody has to switch it on in billing first. */
const TAG = "homeport.dev/environment";

const dayBefore = (day: string, days: number): string =>
  new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10);

/** The last whole days that Cost Explorer has: it is a day late. Each question costs $0.01 (AWS's page on Cost Explorer). */
export async function billOf(stack: LoadedStack, today: string, client?: CostExplorerClient): Promise<Billed> {
  const explorer = client ?? awsClient(CostExplorerClient, { region: "us-east-1" });
  const [from, to] = [dayBefore(today, DAYS + 1), dayBefore(today, 1)];
  const usdOf = new Map<string, number>();
  const billed = new Set<string>();
  let NextPageToken: string | undefined;
  do {
    const page = await explorer.send(
      new GetCostAndUsageCommand({
        TimePeriod: { Start: from, End: to },
        Granularity: "DAILY",
        Metrics: ["UnblendedCost"],
        GroupBy: [{ Type: "DIMENSION", Key: "SERVICE" }],
        Filter: { Tags: { Key: TAG, Values: [stack.name] } },
        NextPageToken,
      }),
    );
    for (const { Groups = [], TimePeriod } of page.ResultsByTime ?? [])
      for (const { Keys: [service = ""] = [], Metrics } of Groups) {
        const amount = Number(Metrics?.UnblendedCost?.Amount ?? 0);
        usdOf.set(service, (usdOf.get(service) ?? 0) + amount);
        if (amount !== 0) billed.add(TimePeriod?.Start ?? "");
      }
    NextPageToken = page.NextPageToken;
  } while (NextPageToken !== undefined);
  if (billed.size === 0)
    throw new OperationError(
      `Cost Explorer knows nothing of ${TAG}=${stack.name} from ${from} to ${to}`,
      `switch the tag ${TAG} on as a cost allocation tag in the billing console; it counts from a day later on`,
    );
  const services = [...usdOf].map(([service, amount]) => ({ service, usd: amount })).sort((a, b) => b.usd - a.usd);
  const billedUsd = services.reduce((sum, one) => sum + one.usd, 0);
  const predictedUsd = (estimate(stack).monthlyUsd / HOURS_A_MONTH) * 24 * billed.size;
  return {
    from,
    to,
    days: DAYS,
    billedDays: billed.size,
    services,
    billedUsd,
    predictedUsd,
    errorPercent: 100 * (predictedUsd / billedUsd - 1),
  };
}

export const billText = (
  stack: string,
  { from, to, days, billedDays, services, billedUsd, predictedUsd, errorPercent }: Billed,
): string =>
  [
    `${stack}, ${days} days from ${from} to before ${to}, as AWS billed them by the tag ${TAG}:`,
    table([["SERVICE", "$"], ...services.map((one) => [one.service, usd(one.usd)]), ["all", usd(billedUsd)]], [1]),
    wrapped(
      `Predicted by list prices for the ${billedDays} days with a bill: $${usd(predictedUsd)}, error ${errorPercent.toFixed(1)} %. Bytes, requests and samples are not in the prediction; discounts, credits and autoscaling are in the bill. The budget's alarm counts the whole account, this bill only what bears the tag.`,
    ),
  ].join("\n");
