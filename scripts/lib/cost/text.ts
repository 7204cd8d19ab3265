import { type CostLine, STAND_INS } from "../../../infra/core/aws/estimate";
import { PART_PRICES, type Part } from "../../../infra/core/aws/part-prices";
import type { Dollars } from "../../../infra/values/aws/cost/stack-cost";
import { shortened, table, wrapped } from "../report";
import { type Difference, hourlyChange } from "./difference";
import { againstTable } from "./measured-text";
import { percent, signedUsd, usd, usdRate } from "./money";
import type { OtherPrices } from "./other-prices";
import type { ReleaseCost } from "./release-costs";
import type { CostReport } from "./report";
import type { Standby } from "./standby";

/** Longest description that leaves the table within 80 columns. */
const WIDEST = 38;

/** What a stack costs, for reading; within 80 columns. */
export const costText = (report: CostReport): string =>
  [priced(report), unpriced(report), ...tokens(report), ...standby(report.standby), budget(report), bases(report)].join(
    "\n\n",
  );

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

function tokens({ releases, models, demands, objective, cost }: CostReport): string[] {
  if (releases.length === 0) return [];
  const head = ["MODEL", "RELEASE", "%", "GPUS", "$/H", "OUT TOK/S", "$/1M BUSY", "$/1M", "USED", "u*"];
  const rows = models.flatMap(({ model, hourlyUsd, usdPerMillion }) => {
    const own = releases.filter((one) => one.model === model);
    const sure = own.some((one) => hint(one) !== "") ? "~" : "";
    const all = [shortened(model, 12), "all", "", "", usd(hourlyUsd), "", "", "-", "", ""];
    if (usdPerMillion !== undefined) all[7] = `${sure}${usdRate(usdPerMillion)}`;
    return [...own.map(releaseRow), ...(own.length > 1 ? [all] : [])];
  });
  const mixes = Object.entries(demands).map(
    ([model, { request, source }]) =>
      `${model}: ${usd(request.inputTokens, 0)} tokens in${request.cachedInputTokens > 0 ? ` (${usd(request.cachedInputTokens, 0)} cached)` : ""}, ${usd(request.outputTokens, 0)} out a request; ${source}.`,
  );
  const apis = releases.flatMap(({ release, api }) =>
    api ? [`${release}: ${api.provider} asks $${usdRate(api.usdPerMillion)} for these weights (${api.asOf}).`] : [],
  );
  const rest = cost.hourlyUsd - models.reduce((sum, { hourlyUsd }) => sum + hourlyUsd, 0);
  return [
    [
      "Tokens, in and out together (OUT TOK/S of all replicas at the objective):",
      table([head, ...rows], [2, 3, 4, 5, 6, 7, 8, 9]),
      ...[
        `Objective: first token in ${objective.timeToFirstTokenMs} ms, further ones in ${objective.timePerOutputTokenMs} ms. $/1M BUSY: every paid second at work; $/1M: at the share USED of them (assumed 33 % without --usage); all: with releases that only stand by. u*: the USED at which the same weights cost the same on an API; above 1 never.`,
        `$/H is by allocation, the basis on which own GPUs compare with an API: the pool's nodes, divided by the GPUs that releases hold, idle GPUs among them. Everything else of the stack costs $${usd(rest)}/h more (${percent(rest / cost.hourlyUsd)} of all) and is not in $/1M, nor are people.`,
        ...mixes,
        ...new Set(apis),
        ...new Set(releases.flatMap(doubtsOf)),
      ].map((sentence) => wrapped(sentence)),
    ].join("\n"),
  ];
}

const releaseRow = (one: ReleaseCost): string[] => [
  shortened(one.model, 12),
  shortened(one.release, 8),
  String(one.sharePercent),
  `${one.replicas}×${one.gpus}`,
  `${one.priceKnown ? "" : "~"}${usd(one.hourlyUsd)}`,
  outputText(one),
  one.usdPerMillion ? `${hint(one)}${usdRate(one.usdPerMillion.busy)}` : "-",
  one.usdPerMillion ? `${hint(one)}${usdRate(one.usdPerMillion.expected)}` : "-",
  one.usdPerMillion ? percent(one.usdPerMillion.utilisation) : "-",
  one.api ? `${hint(one)}${one.api.breakEvenUtilisation.toFixed(2)}` : "-",
];

/** Of all replicas that serve; `~` outside of what was measured, `!` where not even one request at a time meets the objective. */
function outputText({ throughput, servingReplicas }: ReleaseCost): string {
  if (throughput === undefined) return "unknown";
  const mark = throughput.meetsSlo ? "" : "!";
  return `${throughput.basis === "outside" ? "~" : ""}${usd(servingReplicas * throughput.outputTokensPerSecond.expected, 0)}${mark}`;
}

/** Before what rests on a stand-in for a price, or on a throughput outside of what was measured. */
const hint = ({ throughput, priceKnown }: ReleaseCost): string =>
  throughput?.basis === "outside" || !priceKnown ? "~" : "";

function doubtsOf({ release, gpuClass, gpus, throughput, usdPerMillion }: ReleaseCost): string[] {
  if (throughput === undefined)
    return [`${release}: nobody measured it on ${gpus} × ${gpuClass}; its $/1M are unknown.`];
  const { low, high, expected } = throughput.outputTokensPerSecond;
  const range = `${usd(low, 0)} to ${usd(high, 0)}, expected ${usd(expected, 0)}`;
  const where = throughput.here ? `${throughput.engine}, measured here on` : `${throughput.engine} of`;
  const measured = `${where} ${throughput.asOf}, ${Math.round(throughput.concurrency)} requests at once`;
  const doubts = throughput.doubts.length > 0 ? `; ~ a hint only: ${throughput.doubts.join("; ")}` : "";
  const slow = throughput.meetsSlo ? "" : "; ! it misses the objective";
  return [
    `${release}: one replica ${range} output tokens a second${busyText(usdPerMillion)} (${measured})${doubts}${slow}.`,
    ...(usdPerMillion && usdPerMillion.utilisation > 1
      ? [
          `${release}: ! it is asked ${usdPerMillion.utilisation.toFixed(1)} times what it gives at the objective; $/1M is of what it can serve. It needs more replicas.`,
        ]
      : []),
    ...(throughput.here ? [`${release}: that day ${againstTable(throughput.here)}.`] : []),
  ];
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

export function differenceText(before: string, after: string, difference: Difference): string {
  const rows = difference.lines.map((line) => [
    line.region,
    shortened(line.what, WIDEST),
    usd(line.beforeHourlyUsd),
    usd(line.afterHourlyUsd),
    changeText(line),
  ]);
  const head = ["WHERE", "WHAT", "WAS $/H", "IS $/H", "CHANGE"];
  return [
    wrapped(`${after} (is) against ${before} (was), by list prices:`),
    ...(rows.length === 0 ? ["no line differs"] : [table([head, ...rows], [2, 3, 4])]),
    ...(difference.known ? [] : [STAND_INS]),
    `While everything runs: ${signedUsd(difference.hourlyUsd)}/h, ${signedUsd(difference.monthlyUsd)} a month.`,
    `Of it nodes: ${signedUsd(difference.nodesHourlyUsd)}/h; at most, every pool at its \`max\`: ${signedUsd(difference.nodesAtMostHourlyUsd)}/h.`,
    "Without keys, alarms and health checks: only a render counts them.",
  ].join("\n");
}

const busyText = (of: ReleaseCost["usdPerMillion"]): string =>
  of ? `, $${usdRate(of.busyRange.low)} to $${usdRate(of.busyRange.high)} a million busy` : "";

/** By the hour; where only the hours of a month differ, by the month. */
function changeText(line: Difference["lines"][number]): string {
  const hour = signedUsd(hourlyChange(line));
  const month = signedUsd(line.monthlyUsd, Math.abs(line.monthlyUsd) < 100 ? 2 : 0);
  const change = hour === "$0.00" ? `${month}/mo` : hour;
  return `${line.known ? "" : "~"}${change}`;
}
