import type { ApiPrice } from "../catalogue/api-price";
import { apiCost, total, usdPerRequest } from "./api-cost";
import { sum } from "./demand";
import type { LongRequests, Workload } from "./usage";

/** What a month on an API could cost less without a GPU. */
export interface Saving {
  kind: "caching" | "batch" | "smaller model" | "same weights elsewhere";
  what: string;
  monthlyUsd: number;
  savedUsd: number;
  /** What it rests on and what has to be checked first: an evaluation, a share that nobody measured. */
  provided: string;
}

export interface SavingsQuestion {
  /** As they are asked of `now`, totals of one month. */
  workloads: readonly Workload[];
  now: ApiPrice;
  /** All models with a price. */
  catalogue: readonly ApiPrice[];
  /** Share of input, 0 to 1, that repeats: system prompts, documents, examples. Left out: half of it, and said. */
  cacheableShare?: number;
  /** Share of requests that may wait a day. Left out: a fifth of them, and said. */
  couldWaitShare?: number;
}

/** A provider sells dozens of cheaper models; these are enough to evaluate. */
const MOST_OF_A_KIND = 3;

const ASSUMED_CACHEABLE = 0.5;
const ASSUMED_COULD_WAIT = 0.2;
const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** The best of each kind first, the largest first among them. Each stands alone: they do not simply add up. */
export function savings(question: SavingsQuestion): Saving[] {
  const { workloads, now } = question;
  const today = sum(workloads.map((one) => total(apiCost(one, now))));
  const found = [caching(question), batch(question), ...elsewhere(question)]
    .filter((saving) => saving !== undefined)
    .map(({ monthlyUsd, ...saving }) => ({ ...saving, monthlyUsd, savedUsd: today - monthlyUsd }))
    .filter(({ savedUsd }) => savedUsd > 0)
    .sort((a, b) => b.savedUsd - a.savedUsd);
  const rank = (saving: Saving) => found.filter(({ kind }) => kind === saving.kind).indexOf(saving);
  return found.filter((saving) => rank(saving) < MOST_OF_A_KIND).sort((a, b) => rank(a) - rank(b));
}

type Option = Omit<Saving, "savedUsd"> | undefined;

const at = (workloads: readonly Workload[], price: ApiPrice): number =>
  usdPerRequest(workloads, price) * sum(workloads.map((one) => one.requests));

function caching({ workloads, now, cacheableShare }: SavingsQuestion): Option {
  const { cachedInput, input } = now.usdPerMillion;
  if (cachedInput === undefined) return undefined;
  const share = cacheableShare ?? ASSUMED_CACHEABLE;
  const withCache = <T extends Workload | LongRequests>(one: T): T => ({
    ...one,
    cachedInputTokens: Math.max(one.cachedInputTokens ?? 0, share * (one.inputTokens - (one.cacheWriteTokens ?? 0))),
  });
  const cached = workloads.map((one) => ({
    ...withCache(one),
    ...(one.longContext ? { longContext: one.longContext.map(withCache) } : {}),
  }));
  return {
    kind: "caching",
    what: `${percent(share)} of input from the cache at $${cachedInput} instead of $${input} per 1M`,
    monthlyUsd: at(cached, now),
    provided:
      cacheableShare === undefined
        ? "half of the input repeats: assumed, measure it; writes to the cache are not in it"
        : "the share that was given; writes to the cache are not in it",
  };
}

function batch({ workloads, now, couldWaitShare }: SavingsQuestion): Option {
  const { batchInput, batchOutput } = now.usdPerMillion;
  if (batchInput === undefined && batchOutput === undefined) return undefined;
  const share = couldWaitShare ?? ASSUMED_COULD_WAIT;
  const waiting = workloads.map((one) => ({ ...one, batchShare: Math.max(one.batchShare, share) }));
  return {
    kind: "batch",
    what: `${percent(share)} of requests at the batch price`,
    monthlyUsd: at(waiting, now),
    provided:
      couldWaitShare === undefined ? "a fifth of them may wait up to a day: assumed" : "they may wait up to a day",
  };
}

/** Cheaper models of the same provider, and the same open weights at other providers. */
function elsewhere({ workloads, now, catalogue }: SavingsQuestion): Option[] {
  const others = catalogue.filter((one) => one.provider !== now.provider || one.model !== now.model);
  const price = (kind: Saving["kind"], one: ApiPrice, provided: string): Option => ({
    kind,
    what: `${one.provider} ${one.model} at $${one.usdPerMillion.input} in, $${one.usdPerMillion.output} out per 1M`,
    monthlyUsd: at(workloads, one),
    provided,
  });
  const smaller = others
    .filter((one) => one.provider === now.provider)
    .map((one) => price("smaller model", one, "an evaluation on your own tasks says that it is good enough"));
  const same = others
    .filter((one) => now.sameWeightsAs !== undefined && one.sameWeightsAs === now.sameWeightsAs)
    .filter((one) => one.provider !== now.provider)
    .map((one) =>
      price("same weights elsewhere", one, "its quantisation, data terms and limits are as good: the weights are"),
    );
  return [...smaller, ...same];
}
