import type { ApiPrice } from "../../../infra/core/catalogue/api-price";
import { retirementOf, sameWeightsOffers } from "../../../infra/core/catalogue/api-prices";
import { configOf, type OpenModel } from "../../../infra/core/catalogue/open-models";
import {
  GPU_HOUR_BAND,
  gpuHourUsd,
  onDemandPrice,
  outsideBand,
  planPrices,
  SHAPES,
  type Shape,
  spotBand,
} from "../../../infra/core/catalogue/shapes";
import { InputError } from "../../../infra/core/errors";
import { askedModel } from "../fit/model-of";
import { shortened, table, wrapped } from "../report";

const MODEL_COLUMNS = 38;

export async function modelsText(models: readonly OpenModel[], today: string): Promise<string> {
  const rows = await Promise.all(
    models.map(async (model) => [
      shortened(model.id, MODEL_COLUMNS),
      `${model.parametersB}B`,
      `${model.licenceClass}${model.gated ? "*" : ""}`,
      model.released,
      (await weightsOf(model)) === undefined ? "" : "yes",
    ]),
  );
  const offers = models.filter(({ id }) => sameWeightsOffers(id, today).length > 0).length;
  return [
    table([["MODEL", "SIZE", "LICENCE", "RELEASED", "FIT"], ...rows]),
    "",
    wrapped(
      `* gated: the hub wants a token. weights-only: terms of the maker's own. FIT: homeport fit answers without the hub. Sold as an API too: ${offers} of ${models.length} (homeport catalogue show prices).`,
    ),
  ].join("\n");
}

/** Bytes of the files that a model is stored in, where its config.json tells them. */
async function weightsOf(model: OpenModel): Promise<{ weightBytes: number; weightBytesFrom: string } | undefined> {
  if (configOf(model) === undefined) return undefined;
  try {
    const { question, sizeFrom } = await askedModel(model.id, undefined);
    return { weightBytes: question.storedBytes, weightBytesFrom: sizeFrom };
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

export const modelsJson = (models: readonly OpenModel[], today: string) =>
  Promise.all(
    models.map(async (model) => ({
      ...model,
      ...(await weightsOf(model)),
      offers: sameWeightsOffers(model.id, today).map(({ provider, model: name, usdPerMillion, asOf, source }) => ({
        provider,
        model: name,
        usdPerMillion,
        asOf,
        source,
      })),
    })),
  );

const usd = (price: number | undefined): string =>
  price === undefined ? "-" : price < 0.01 ? price.toFixed(4) : String(Number(price.toFixed(3)));

function endText(price: ApiPrice, today: string): string {
  const end = retirementOf(price, today);
  if (!end) return price.retiresOn ?? "";
  return end.level === "error" ? `${end.on} ended` : `${end.on} ${end.daysLeft}d`;
}

/** Two sources that agree are named together. */
const isDoubted = ({ disagrees, otherHours, source }: ApiPrice): boolean =>
  disagrees !== undefined || otherHours !== undefined || !source.includes(" and ");

export function pricesText(prices: readonly ApiPrice[], today: string): string {
  const rows = prices.map((price) => [
    shortened(`${price.provider}/${price.model}`, MODEL_COLUMNS) + (isDoubted(price) ? "*" : ""),
    usd(price.usdPerMillion.input),
    usd(price.usdPerMillion.cachedInput),
    usd(price.usdPerMillion.output),
    endText(price, today),
  ]);
  return [
    "US dollars per 1,000,000 tokens, list prices of US regions",
    table([["MODEL", "IN", "CACHED", "OUT", "ENDS"], ...rows]),
    "",
    ...(prices.some(isDoubted)
      ? [
          wrapped(
            "* less sure: the two sources differ, only one has it, or the provider asks another price at other hours (--json)",
          ),
        ]
      : []),
    "--json has batch prices, long contexts, day and source of every row",
  ].join("\n");
}

export const pricesJson = (prices: readonly ApiPrice[], today: string) =>
  prices.map((price) => ({ ...price, retirement: retirementOf(price, today) }));

export const shapesOf = (region: string): Shape[] => SHAPES.filter(({ regions }) => regions.includes(region));

const dollars = (price: number | undefined): string => (price === undefined ? "-" : price.toFixed(2));

function spotText(type: string, region: string): string {
  const band = spotBand(type, region);
  if (!band) return "-";
  const [low, high] = [dollars(band.lowHourlyUsd), dollars(band.highHourlyUsd)];
  return low === high ? low : `${low}-${high}`;
}

export function shapesText(shapes: readonly Shape[], region: string): string {
  const hardware = shapes.map((shape) => [
    shape.type + (shape.poolable ? "" : "*"),
    `${shape.gpus} ${shape.gpuClass}`,
    String(shape.gpuMemoryGiB),
    String(shape.memoryGiB),
    String(shape.instanceStoreGB),
    shape.network.replace(" Gigabit", "G"),
  ]);
  const prices = shapes.map((shape) => {
    const perGpu = gpuHourUsd(shape, region);
    const side = perGpu === undefined ? undefined : outsideBand(perGpu);
    return [
      shape.type,
      dollars(onDemandPrice(shape.type, region)?.hourlyUsd),
      dollars(perGpu) + (side === undefined ? "" : side === "below" ? " <" : " >"),
      spotText(shape.type, region),
      planPrices(shape.type, region)
        .map(({ years, hourlyUsd }) => `${years}y ${dollars(hourlyUsd)}`)
        .join(" ") || "-",
    ];
  });
  const { lowUsd, highUsd } = GPU_HOUR_BAND;
  return [
    `shapes of ${region}: GiB of one GPU (for an engine), GiB of RAM, GB of NVMe`,
    table([["SHAPE", "GPUS", "GiB", "RAM", "NVME", "NETWORK"], ...hardware]),
    "",
    `US dollars an hour in ${region}, Linux`,
    table([["SHAPE", "ON DEMAND", "PER GPU", "SPOT BY ZONE", "PLAN"], ...prices]),
    "",
    wrapped(
      `* for comparison: no pool may name it, its GiB are EC2's and not what an engine can allocate. < and >: outside the $${lowUsd}-${highUsd} of a GPU-hour that articles name. PLAN: for one or three years of commitment, nothing upfront; where there is none, the discount is an input of homeport decide. --json has the day of every price.`,
    ),
  ].join("\n");
}

export const shapesJson = (shapes: readonly Shape[], region: string) =>
  shapes.map((shape) => {
    const gpuHour = gpuHourUsd(shape, region);
    return {
      ...shape,
      region,
      onDemand: onDemandPrice(shape.type, region),
      usdPerGpuHour: gpuHour,
      outsideBand: gpuHour === undefined ? undefined : outsideBand(gpuHour),
      spot: spotBand(shape.type, region),
      plans: planPrices(shape.type, region),
    };
  });
