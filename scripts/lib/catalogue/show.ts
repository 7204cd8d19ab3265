import { API_PRICES, apiPriceFacts, retirementOf } from "../../../infra/core/catalogue/api-prices";
import { type Dated, isStale, type Vintage, vintages } from "../../../infra/core/catalogue/freshness";
import { OPEN_MODELS, OPEN_MODELS_READ } from "../../../infra/core/catalogue/open-models";
import { provenance, SHAPES, shapeFacts } from "../../../infra/core/catalogue/shapes";
import { wrapped } from "../report";

export const KINDS = ["models", "prices", "shapes"] as const;
export type Kind = (typeof KINDS)[number];

/** What brings a kind of fact up to date. */
const REFRESH: Readonly<Record<Kind, string>> = {
  models: "read the cards again and edit infra/core/catalogue/open-models.json",
  prices: "raise the versions in scripts/gen/api-prices.ts and run it, or homeport catalogue refresh --from <file>",
  shapes: "homeport catalogue refresh for what AWS lists, homeport catalogue refresh --spot <regions> for the market",
};

const facts = (kind: Kind, region?: string): Dated[] =>
  kind === "models"
    ? OPEN_MODELS.map(() => OPEN_MODELS_READ)
    : kind === "prices"
      ? apiPriceFacts()
      : shapeFacts(region);

export interface Freshness {
  kind: Kind;
  vintages: Vintage[];
  stale: Vintage[];
  refresh: string;
}

/** How old the facts of these kinds are on `today`; those of shapes in one region, or in all. */
export const freshness = (kinds: readonly Kind[], today: string, region?: string): Freshness[] =>
  kinds.map((kind) => {
    const all = vintages(facts(kind, region));
    return { kind, vintages: all, stale: all.filter((vintage) => isStale(vintage, today)), refresh: REFRESH[kind] };
  });

const vintageLine = (vintage: Vintage, today: string): string =>
  wrapped(`  ${vintage.rows} rows, ${provenance(vintage, today)}: ${vintage.source}`, "    ");

export const freshnessText = (all: readonly Freshness[], today: string): string =>
  all
    .map(({ kind, vintages: found }) => [`${kind}:`, ...found.map((vintage) => vintageLine(vintage, today))].join("\n"))
    .join("\n");

/** What `--strict` says of facts older than it allows. Empty: nothing is. */
export function staleText(all: readonly Freshness[], today: string): string {
  return all
    .filter(({ stale }) => stale.length > 0)
    .map(({ kind, stale, refresh }) =>
      [
        `${kind} older than 30 days${stale.some(({ asOf }) => asOf === undefined) ? ", or of a day that nobody knows" : ""}:`,
        ...stale.map((vintage) => vintageLine(vintage, today)),
        wrapped(`  to refresh: ${refresh}`, "    "),
      ].join("\n"),
    )
    .join("\n");
}

/** The whole catalogue in a few lines: how much of what, and which models end. */
export function summaryText(today: string): string {
  const ends = API_PRICES.flatMap((price) => {
    const end = retirementOf(price, today);
    return end ? [{ name: `${price.provider}/${price.model}`, ...end }] : [];
  });
  const soon = ends.filter(({ level }) => level === "warning").sort((a, b) => a.daysLeft - b.daysLeft);
  const ended = ends.filter(({ level }) => level === "error").length;
  const next = soon[0];
  return [
    `${OPEN_MODELS.length} open models, ${API_PRICES.length} API prices, ${SHAPES.length} shapes with GPUs`,
    wrapped(
      `API models: ${ended} have ended, ${soon.length} end within 90 days${next ? `, next ${next.name} on ${next.on}` : ""}`,
    ),
  ].join("\n");
}
