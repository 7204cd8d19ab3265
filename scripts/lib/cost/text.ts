import { type CostLine, STAND_INS } from "../../../infra/core/aws/estimate";
import { PART_PRICES, type Part } from "../../../infra/core/aws/part-prices";
import type { Dollars } from "../../../infra/values/aws/cost/stack-cost";
import { shortened, table, wrapped } from "../report";
import { usd } from "./money";
import type { OtherPrices } from "./other-prices";
import type { CostReport } from "./report";
import type { Standby } from "./standby";
import { tokensText } from "./tokens-text";

/** Longest description that leaves the table within 80 columns. */
const WIDEST = 38;

/** What a stack costs, for reading; within 80 columns. */
export const costText = (report: CostReport): string =>
  [
    priced(report),
    unpriced(report),
    ...tokensText(report),
    ...standby(report.standby),
    budget(report),
    bases(report),
  ].join("\n\n");

function priced({ stack, cost, otherPrices }: CostReport): string {
  const rows = [...cost.lines]
    .sort((a, b) => (a.region < b.region ? -1 : a.region > b.region ? 1 : hourly(b) - hourly(a)))
    .map((line) => [
      line.region,
      shortened(line.what, WIDEST),
      String(line.count),
      `${line.known ? "" : "~"}${usd(hourly(line))}`,
      usd(line.monthlyUsd, 0),
    ]);
  const total = (what: string, { hourlyUsd, monthlyUsd, known }: Dollars) => [
    "",
    what,
    "",
    `${known ? "" : "~"}${usd(hourlyUsd)}`,
    usd(monthlyUsd, 0),
  ];
  const totals = [
    total("while everything runs", cost),
    total("of it nodes", cost.nodes),
    total("nodes at most, every pool at its `max`", cost.nodesAtMost),
  ];
  const doubt = cost.known ? [] : [STAND_INS];
  const head = ["WHERE", "WHAT", "COUNT", "$/H", "$/MONTH"];
  return [
    `${stack} by list prices:`,
    table([head, ...rows, ...totals], [2, 3, 4]),
    ...doubt,
    ...otherPrices.map((one) => wrapped(otherText(one))),
  ].join("\n");
}

function otherText({ region, pool, instanceType, spot, plans }: OtherPrices): string {
  const day = (asOf: string | undefined): string => asOf ?? "day unknown";
  const band = spot && [
    `spot $${usd(spot.lowHourlyUsd)} to $${usd(spot.highHourlyUsd)} over ${spot.zones} zones at one moment (${day(spot.asOf)})`,
  ];
  const committed = plans.map(
    ({ years, hourlyUsd, asOf }) =>
      `$${usd(hourlyUsd)} with a plan of ${years} ${years === 1 ? "year" : "years"} (${day(asOf)})`,
  );
  return `Not counted: a node of ${pool} (${instanceType}) in ${region} is ${[...(band ?? []), ...committed].join(", ")}.`;
}

const hourly = ({ count, hourlyUsd }: CostLine): number => count * hourlyUsd;

const unit = (part: Part): string => `$${PART_PRICES[part].usd} per ${PART_PRICES[part].of}`;

/** Never 0 dollars: what is paid by use, and what has no price that we know. */
function unpriced({ cost: { inventory } }: CostReport): string {
  if (inventory === undefined) return "";
  const { resources, priced: paid, free, unpriced: list, alsoByUse } = inventory;
  const count = list.reduce((sum, one) => sum + one.count, 0);
  const lines = list.map(({ type, count: of, unit: by, why }) =>
    wrapped(
      `  ${of} × ${type.replace(/^aws:|:.*$/g, "")}: ${why}${by === "no price recorded" ? " (no price recorded)" : `, ${unit(by)}`}`,
    ),
  );
  return [
    `${resources} resources: ${paid} priced, ${free} free, ${count} unpriced. Unpriced, so not in the sum:`,
    ...lines,
    wrapped(`By use on top of what is priced: ${alsoByUse.map(unit).join("; ")}.`),
    wrapped(
      `Of homeport init, so in no plan and not in the sum: images, ${unit("registryGB")}; the state's bucket, ${unit("bucketGB")}.`,
    ),
  ].join("\n");
}

function standby(all: readonly Standby[]): string[] {
  if (all.length === 0) return [];
  const head = ["PREVIOUS", "WARMTH", "WITHIN", "$/H", "FREED", "WHAT IT HOLDS"];
  const rows = all.map(({ model, release, warmth, atMostSeconds, hourlyUsd, freedHourlyUsd, how }) => [
    shortened(`${model} ${release}`, 16),
    warmth,
    atMostSeconds < 60 ? `${atMostSeconds} s` : `${Math.ceil(atMostSeconds / 60)} min`,
    usd(hourlyUsd),
    usd(freedHourlyUsd),
    shortened(how, 28),
  ]);
  const notes = [...new Set(all.map(({ warmth, basis }) => `${warmth}: ${basis}`))];
  return [
    [
      "Keeping previous releases ready:",
      table([head, ...rows], [3, 4]),
      wrapped(
        `A release in \`previous\` is hot, one that is only pinned is cold; the others are what they would be. $/H: its part of the paid nodes, or of the bucket; FREED: what fewer nodes would save without it. ${notes.join(". ")}.`,
      ),
    ].join("\n"),
  ];
}

function budget({ budget: { monthlyUsd, ceilingUsd, alarms }, cost }: CostReport): string {
  const told = alarms.map(({ when, atUsd }) => `$${usd(atUsd, 0)} ${when}`).join(", ");
  const has =
    monthlyUsd === undefined
      ? "Budget: none"
      : `Budget: $${usd(monthlyUsd, 0)} a month of the whole account; alarms at ${told}`;
  const limit = ceilingUsd === undefined ? "no ceiling" : `preview refuses above $${usd(ceilingUsd, 0)}`;
  const advice =
    monthlyUsd === undefined || ceilingUsd === undefined
      ? ` To set them: homeport:budget: { monthlyUsd: ${rounded(1.1 * cost.monthlyUsd)}, ceilingUsd: ${rounded(1.3 * cost.monthlyUsd)} }, 10 and 30 % above the list prices.`
      : "";
  const alarmed =
    alarms.length > 0
      ? " When one comes: homeport cost --bill says which service, --live --hours 24 which release."
      : "";
  return wrapped(`${has}; ${limit}.${advice}${alarmed}`);
}

/** Up to two digits that say something. */
function rounded(amount: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, amount))) - 1);
  return Math.ceil(amount / step) * step;
}

const bases = ({ bases: all }: CostReport): string =>
  all
    .map(({ what, asOf, ageDays, stale, source }) => {
      const dated = `${asOf}, ${ageDays} days old${stale ? " (stale: over 30)" : ""}`;
      const age = asOf === undefined ? "day unknown (so stale)" : dated;
      return wrapped(`Prices of ${what}: ${age}; ${source.split(";")[0]}.`);
    })
    .join("\n");
