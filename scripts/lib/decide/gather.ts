import type { DecisionFile } from "../../../infra/config/decision-file";
import type { ApiPrice } from "../../../infra/core/catalogue/api-price";
import { API_PRICES, retirementOf, sameWeightsOffers } from "../../../infra/core/catalogue/api-prices";
import { OPEN_MODELS, type OpenModel, openModel } from "../../../infra/core/catalogue/open-models";
import type { DecisionInputs, Rival } from "../../../infra/core/decision/inputs";
import { nearest } from "../../../infra/core/did-you-mean";
import { profileOf } from "../../../infra/core/economics/demand";
import type { Usage, Workload } from "../../../infra/core/economics/usage";
import { InputError, type Problem } from "../../../infra/core/errors";
import { type Knowledge, published } from "../../../infra/core/throughput/predict";
import { assumptionsOf, commitmentOf } from "./self-plan";
import { waysToRun } from "./ways";

/**
 * From a decision file and a usage to all that the decision is made from: prices, what fits, what was measured. `rivals`
 * stand for the file's where their prices are at hand; `knowledge` of throughput is by default that of published tables.
 */
export function gather(
  name: string,
  file: DecisionFile,
  usage: Usage,
  {
    today,
    rivals: known,
    knowledge = published(),
    remarks = [],
  }: {
    today: string;
    rivals?: readonly Rival[];
    knowledge?: Knowledge;
    /** What the usage's numbers do not say. */
    remarks?: readonly string[];
  },
): DecisionInputs {
  const problems: Problem[] = [];
  for (const [what, none] of NOTHING_ASKED)
    if (usage.workloads.every(none))
      problems.push({
        path: "usage",
        given: `no ${what}`,
        allowed: `a usage with ${what}`,
        fix: "see homeport usage show",
      });
  const rivals = known ?? rivalsOf(file, today, problems);
  if (file.answers.needsFrontier && rivals.length > 0 && rivals.every(({ price }) => price.sameWeightsAs !== undefined))
    problems.push({
      path: "rivals",
      given: "hosts of open weights only",
      allowed: "a frontier model where answers.needsFrontier is true",
      fix: `add one; ${CATALOGUE}`,
    });
  const candidates = file.candidates.flatMap((candidate, i) => {
    const model = modelOf(candidate.model, `candidates[${i}].model`, problems);
    return model === undefined ? [] : [{ candidate, model }];
  });
  if (problems.length > 0) throw new InputError(problems);

  const profile = profileOf(usage.workloads);
  const ways = candidates.map((one) => waysToRun({ ...one, file, profile, knowledge }));
  const offers = candidates.flatMap(({ candidate, model }) =>
    candidate.fineTuned ? [] : sameWeightsOffers(model.id, today).slice(0, 1),
  );
  const listed = (offer: ApiPrice) =>
    rivals.some(({ price }) => price.provider === offer.provider && price.model === offer.model);
  const failed = ({ provider, model }: ApiPrice) =>
    rivals.some(({ price, goodEnough }) => !goodEnough && price.provider === provider && price.model === model);
  const refused = ways.map((way) => way.refused).find((why) => why !== undefined);
  const { data, answers, objectives, clientNetworkMs, quality } = file;
  return {
    name,
    answers: { dataMayLeave: data.mayLeave, ...answers },
    evidence: "answered in the decision file",
    weights: file.weights,
    ...(quality ? { quality } : {}),
    ...(objectives.ttftMs === undefined ? {} : { ttftMs: objectives.ttftMs }),
    ...(clientNetworkMs === undefined ? {} : { clientNetworkMs }),
    rivals,
    offers: data.mayLeave && !answers.needsFrontier ? offers.filter((offer) => !listed(offer)) : [],
    fleets: ways.flatMap(({ fleets }) => fleets),
    fit: ways.flatMap(({ fit }) => fit),
    ...(refused === undefined ? {} : { refused }),
    wayBack: { ...file.wayBack, commitmentUsd: commitmentOf(file) },
    common: {
      today,
      usage,
      ...(file.hybrid ? { split: file.hybrid } : {}),
      monthlyGrowth: file.growthPerMonth,
      horizonMonths: file.horizonMonths,
      catalogue: soldNow(today).filter((price) => !failed(price)),
    },
    warnings: rivals.flatMap(({ price }) => endingSoon(price, today) ?? []),
    assumptions: [...assumptionsOf(file), ...remarks.map((remark) => `usage: ${remark}`)],
  };
}

/** A fleet is sized by the tokens that it writes, and an API paid by the request: without either there is nothing to decide. */
const NOTHING_ASKED: readonly [string, (workload: Workload) => boolean][] = [
  ["requests", ({ requests }) => requests === 0],
  ["output tokens", ({ outputTokens }) => outputTokens === 0],
];

const CATALOGUE = "see homeport catalogue show";

function rivalsOf(file: DecisionFile, today: string, problems: Problem[]): Rival[] {
  return file.rivals.flatMap(({ provider, model, ttftP95Ms, goodEnough }, i) => {
    const price = priceOf({ provider, model }, `rivals[${i}].model`, today, problems);
    return price === undefined ? [] : [{ price, goodEnough, ...(ttftP95Ms === undefined ? {} : { ttftP95Ms }) }];
  });
}

/** The list price of a rival that is still sold. */
function priceOf(
  rival: { provider: string; model: string },
  path: string,
  today: string,
  problems: Problem[],
): ApiPrice | undefined {
  const sold = API_PRICES.filter(({ provider }) => provider === rival.provider);
  const price = sold.find(({ model }) => model === rival.model);
  const given = `${rival.provider} ${rival.model}`;
  if (price === undefined) {
    const known = sold.length === 0 ? API_PRICES.map(({ provider }) => provider) : sold.map(({ model }) => model);
    const meant = nearest(sold.length === 0 ? rival.provider : rival.model, known);
    const fix = meant === undefined ? CATALOGUE : `did you mean \`${meant}\`? ${CATALOGUE}`;
    problems.push({ path, given, allowed: "a model with a recorded price", fix });
    return undefined;
  }
  const end = retirementOf(price, today);
  if (end?.level === "error")
    problems.push({ path, given: `${given}, withdrawn on ${end.on}`, allowed: "a model that is sold", fix: CATALOGUE });
  return price;
}

/** An open model that may be served in production. */
function modelOf(id: string, path: string, problems: Problem[]): OpenModel | undefined {
  const model = openModel(id);
  if (model === undefined) {
    const meant = nearest(
      id,
      OPEN_MODELS.map((known) => known.id.toLowerCase()),
    );
    const fix = meant === undefined ? CATALOGUE : `did you mean \`${meant}\`?`;
    problems.push({ path, given: id, allowed: "a model of the catalogue of open models", fix });
  } else if (model.licenceClass === "research-only" || model.commercialUse === "no")
    problems.push({
      path,
      given: `${id}, licence ${model.licence}`,
      allowed: "a model whose licence allows production",
      fix: CATALOGUE,
    });
  return model;
}

function endingSoon(price: ApiPrice, today: string): string | undefined {
  const end = retirementOf(price, today);
  if (end === undefined) return undefined;
  const name = `${price.provider} ${price.model}`;
  return end.daysLeft < 0 ? `${name} was withdrawn on ${end.on}` : `${name} ends on ${end.on}, in ${end.daysLeft} days`;
}

const DATED = /-(\d{4}-\d\d-\d\d|\d{8})$/;

/** What may be proposed: not withdrawn or about to be, and each model once, by its plain name where it has one. */
const soldNow = (today: string): ApiPrice[] =>
  API_PRICES.filter((price) => retirementOf(price, today) === undefined).filter(
    ({ provider, model }, _, all) =>
      !all.some(
        (other) => other.provider === provider && other.model !== model && other.model === model.replace(DATED, ""),
      ),
  );
