import { ownSeries } from "../../../../infra/core/throughput/own-days";
import { shortened, table, wrapped } from "../../report";
import { againstTable } from "../measured-text";
import { percent, usd, usdRate } from "../money";
import type { DayOfRelease } from "./day";
import type { LiveCost, LiveModel, LiveRelease } from "./live-cost";
import type { Prediction } from "./predictions";

/** Real cost of a window, for reading; within 80 columns. */
export function liveText(stack: string, cost: LiveCost): string {
  const { allocation, releases } = cost;
  const head = ["MODEL", "RELEASE", "$", "M IN", "M OUT", "$/1M", "API $/1M", "USED", "u*"];
  const rows = cost.models.flatMap((whole) => {
    const own = releases.filter(({ model }) => model === whole.model);
    return [...own.map(releaseRow), ...(own.length > 1 ? [modelRow(whole)] : [])];
  });
  const prices = cost.prices.map(({ pool, hourlyUsd, source }) => `${pool} $${usd(hourlyUsd, 4)}/h (${source})`);
  return [
    `${stack}, ${cost.from.slice(0, 16)} to ${cost.to.slice(0, 16)} UTC (${cost.hours.toFixed(2)} h):`,
    table([head, ...rows], [2, 3, 4, 5, 6, 7, 8]),
    "",
    ...[
      `$: by allocation, the basis on which own GPUs compare with an API: ${usd(allocation.nodeHours)} node hours at ${prices.join(", ")} are $${usd(allocation.totalUsd)}, divided among releases by the GPUs they held, idle ones among them. The lines differ from node hours × price by ${Math.abs(cost.reconciledPercent).toFixed(2)} %. Disks, network and system nodes are not in it.`,
      `GPUs that no pod held cost $${usd(allocation.idleGpuUsd)}; nodes without any engine $${usd(allocation.unheldUsd)}.`,
      "USED: tokens served over what the replicas give at the objective. u*: the USED at which they cost what the API asks; above 1 they never do. ~: by what was measured on other loads or engines. all: with releases that only stand by.",
      ...cost.models.flatMap(comparedText),
      ...releases.flatMap(sentences),
      ...cost.predicted.map(predictionText),
      ...cost.doubts.map((doubt) => `! ${doubt}.`),
    ].map((sentence) => wrapped(sentence)),
  ].join("\n");
}

const million = (tokens: number): string => usd(tokens / 1e6, tokens < 1e7 ? 3 : 1);

const releaseRow = ({ utilisation, api, ...one }: LiveRelease): string[] => {
  const mark = utilisation?.sure === false ? "~" : "";
  return [
    ...[shortened(one.model, 12), shortened(one.release, 12), usd(one.usd)],
    ...[million(one.inputTokens), million(one.outputTokens)],
    one.usdPerMillion === undefined ? "-" : usdRate(one.usdPerMillion),
    api ? usdRate(api.usdPerMillion) : "-",
    utilisation ? `${mark}${percent(utilisation.used)}` : "-",
    api?.breakEvenUtilisation === undefined ? "-" : `${mark}${api.breakEvenUtilisation.toFixed(2)}`,
  ];
};

const modelRow = ({ model, usdPerMillion, apiUsd, ...one }: LiveModel): string[] => [
  ...[shortened(model, 12), "all", usd(one.usd), million(one.inputTokens), million(one.outputTokens)],
  usdPerMillion === undefined ? "-" : usdRate(usdPerMillion),
  apiUsd === undefined ? "-" : usdRate((apiUsd * 1e6) / (one.inputTokens + one.outputTokens)),
  ...["", ""],
];

/** Of the whole model, because a release that stands by is part of what own models cost. */
function comparedText({ model, usd: own, apiUsd }: LiveModel): string[] {
  if (apiUsd === undefined) return [];
  const result = own < apiUsd ? "saved" : "lost";
  return [
    `${model}: $${usd(own)}, and $${usd(apiUsd)} for the same tokens of the same weights on an API: ${result} $${usd(Math.abs(own - apiUsd))}.`,
  ];
}

function sentences({ release, api, split, cachedShare, predicted, usdPerMillion }: LiveRelease): string[] {
  return [
    ...(api ? [`${release}: ${api.provider}${cachedText(api)} asks $${usd(api.usd)} (price of ${api.asOf}).`] : []),
    ...(split
      ? [
          `${release}: $${usdRate(split.input)} per million in, $${usdRate(split.output)} out, by two hours of like load and different mixes.`,
        ]
      : []),
    ...(split || usdPerMillion === undefined
      ? []
      : [`${release}: no split into input and output yet: it needs two hours of like load and different mixes.`]),
    ...(cachedShare === undefined
      ? []
      : [`${release}: ${percent(cachedShare)} of its prompt tokens were in its cache.`]),
    ...predicted.map((one) => `${release}: ${predictionText(one)}`),
  ];
}

const cachedText = ({ cachedUsdPerMillion: price }: NonNullable<LiveRelease["api"]>): string =>
  price === undefined ? "" : `, cached input at $${usdRate(price)} a million,`;

const predictionText = ({ what, unit, predicted, real, errorPercent }: Prediction): string =>
  `${what}: predicted ${usd(predicted, predicted < 1000 ? 2 : 0)} ${unit}, real ${usd(real, real < 1000 ? 2 : 0)}, error ${errorPercent.toFixed(1)} %.`;

/** A line for each release: the day that was stored, or why the readings are none. */
export const measuredText = (file: string, days: readonly DayOfRelease[]): string =>
  days
    .map(({ model, release, found }) => {
      if ("refused" in found) return wrapped(`${model} ${release}: no day to measure by: ${found.refused}.`);
      const series = ownSeries(found);
      const day = "here" in series && series.here ? `: ${againstTable(series.here)}` : "";
      return wrapped(`${model} ${release}: measured here on ${found.to.slice(0, 10)}, kept in ${file}${day}.`);
    })
    .join("\n");
