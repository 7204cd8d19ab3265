import { shortened, table, wrapped } from "../report";
import { againstTable } from "./measured-text";
import { percent, usd, usdRate } from "./money";
import type { ReleaseCost } from "./release-costs";
import type { CostReport } from "./report";

/** Dollars per million tokens by release and model, with what they rest on. */
export function tokensText({ releases, models, demands, objective, cost }: CostReport): string[] {
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

const busyText = (of: ReleaseCost["usdPerMillion"]): string =>
  of ? `, $${usdRate(of.busyRange.low)} to $${usdRate(of.busyRange.high)} a million busy` : "";
