import type { ApiPrice } from "../../../infra/core/catalogue/api-price";
import { API_PRICES, findApiPrice } from "../../../infra/core/catalogue/api-prices";
import { OPEN_MODELS, type OpenModel, openModel } from "../../../infra/core/catalogue/open-models";
import { SHAPES } from "../../../infra/core/catalogue/shapes";
import { nearest } from "../../../infra/core/did-you-mean";
import type { Problem } from "../../../infra/core/errors";
import { KINDS, type Kind } from "./show";

/** Which rows of the catalogue are meant. */
export interface Selection {
  provider?: string;
  /** As people write it: `GPT-4o`, `Claude Opus`, `meta-llama/Llama-3.1-70B-Instruct`; of open models also a family or a part of a name (`llama 3.1`). */
  model?: string;
  region?: string;
}

const NAMES_SHOWN = 12;

/** A problem where `given` is none of the known names. */
function unknown(path: string, given: string | undefined, known: readonly string[]): Problem[] {
  if (given === undefined || known.includes(given)) return [];
  const meant = nearest(given, known);
  const more = known.length - NAMES_SHOWN;
  const names = `${known.slice(0, NAMES_SHOWN).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  return [
    {
      path,
      given: `'${given}'`,
      allowed: `one of ${names}`,
      fix: meant ? `did you mean \`${meant}\`?` : "choose one of these",
    },
  ];
}

export const regionProblems = (path: string, region: string | undefined): Problem[] =>
  unknown(path, region, [...new Set(SHAPES.flatMap((shape) => shape.regions))].sort());

function modelProblems(kind: Kind | undefined, model: string): Problem[] {
  if (kind === "models") return openModelsOf({ model }).length > 0 ? [] : unknown("--model", model, names(OPEN_MODELS));
  const found = findApiPrice(model);
  if (found.kind === "priced") return [];
  if (found.kind === "unknown") return unknown("--model", model, found.known);
  return [{ path: "--model", given: `'${model}'`, allowed: found.why, fix: "choose another model" }];
}

const names = (models: readonly OpenModel[]): string[] => models.map(({ id }) => id);

/** What is asked of a model when nothing is said: its price, unless only its weights are to be had. */
export const kindOfModel = (model: string): Kind =>
  findApiPrice(model).kind === "unknown" && openModelsOf({ model }).length > 0 ? "models" : "prices";

/** Everything wrong with what was asked for. */
export const selectionProblems = (kind: string | undefined, { provider, model, region }: Selection): Problem[] => [
  ...unknown("[kind]", kind, KINDS),
  ...unknown("--provider", provider, [...new Set(API_PRICES.map((price) => price.provider))]),
  ...(model === undefined
    ? []
    : modelProblems(
        KINDS.find((known) => known === kind),
        model,
      )),
  ...regionProblems("--region", region),
];

/** Open models, newest first; of a provider only those whose weights it sells. */
export const openModelsOf = ({ provider, model }: Selection): OpenModel[] =>
  (model === undefined ? OPEN_MODELS : namedSo(model))
    .filter(({ hosted }) => provider === undefined || provider in hosted)
    .sort((a, b) => b.released.localeCompare(a.released));

/** One by its whole name; otherwise all whose name has this in it, which is how families are found. */
function namedSo(name: string): readonly OpenModel[] {
  const exact = openModel(name);
  if (exact) return [exact];
  const wanted = plain(name);
  return OPEN_MODELS.filter(({ id }) => plain(id).includes(wanted));
}

const plain = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, "-");

/** Rows of API prices, by provider and by a name as people write it. */
export function pricesOf({ provider, model }: Selection): ApiPrice[] {
  const found = model === undefined ? undefined : findApiPrice(model);
  const rows = found === undefined ? API_PRICES : found.kind === "priced" ? found.prices : [];
  return rows.filter((price) => provider === undefined || price.provider === provider);
}
