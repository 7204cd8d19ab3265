import type { ApiPrice } from "../../../infra/core/catalogue/api-price";
import { API_PRICES } from "../../../infra/core/catalogue/api-prices";
import { onDemandPrice } from "../../../infra/core/catalogue/shapes";
import { volumeZone } from "../../../infra/core/decision/questions";
import { apiBill, apiCost, total, usdPerRequest } from "../../../infra/core/economics/api-cost";
import { billOf, shareOf, usdOf } from "../../../infra/core/economics/bill";
import { breakEven, breakEvenUtilisation } from "../../../infra/core/economics/break-even";
import { compare, type Question } from "../../../infra/core/economics/compare";
import { stepsTo } from "../../../infra/core/economics/curve";
import { peakOutputPerSecond, profileOf } from "../../../infra/core/economics/demand";
import { capacityOf, replicasFor } from "../../../infra/core/economics/fleet";
import { apiRequests, hybridBill } from "../../../infra/core/economics/hybrid";
import { nodeCost } from "../../../infra/core/economics/node-price";
import { payback } from "../../../infra/core/economics/payback";
import { savings } from "../../../infra/core/economics/savings";
import { ITEMS, type Item, selfBill, selfPlanProblems } from "../../../infra/core/economics/self-cost";
import { unitPrices } from "../../../infra/core/economics/unit-prices";
import type { Workload } from "../../../infra/core/economics/usage";
import { A_PRICE, A_WORKLOAD, articlePlan, priced, profile, workload } from "./plans";

/** The articles' numbers, by the ids of our list of them. Where an article contradicts itself both figures stand here. */

const A_REQUEST = 0.015;
const usd = (amount: number) => Math.round(amount * 100) / 100;
const selfOf = (requests: number) => selfBill(requests, profile(), articlePlan(), A_REQUEST).monthlyUsd;
const single = (fixedUsd: number, toRequests = Number.POSITIVE_INFINITY) => [
  { fromRequests: 0, toRequests, nodes: 1, fixedUsd, usdPerRequest: 0 },
];
const question = (given: Partial<Question> = {}): Question => ({
  today: "2026-11-22",
  usage: { from: "2026-10-01", to: "2026-10-31", source: "assumed", workloads: [A_WORKLOAD] },
  price: A_PRICE,
  self: articlePlan(),
  weightsGB: 0,
  monthlyGrowth: 0,
  horizonMonths: 36,
  catalogue: [],
  sources: [],
  ...given,
});

it("S1: 1M requests of 500 tokens at $0.03 per 1,000 are $15,000.00 on an API, nothing else on top unless given", () => {
  expect(usdPerRequest([A_WORKLOAD], A_PRICE)).toBeCloseTo(A_REQUEST, 12);
  const bill = apiBill(1e6, [A_WORKLOAD], A_PRICE);
  expect(usd(bill.monthlyUsd)).toBe(15_000);
  expect(shareOf(bill, "tokens")).toBe(1);
  const supported = apiBill(1e6, [A_WORKLOAD], A_PRICE, { peopleMonthlyUsd: 500, supportMonthlyUsd: 1_500 });
  expect(usd(supported.monthlyUsd)).toBe(17_000);
});

it("S2: the same load is $34,000 self-hosted, 2.2667 times as much, 59 % of it people", () => {
  const bill = selfBill(1e6, profile(), articlePlan(), A_REQUEST);
  expect(usd(bill.monthlyUsd)).toBe(34_000);
  expect(bill.monthlyUsd / 15_000).toBeCloseTo(2.2667, 4);
  expect(Math.round(100 * shareOf(bill, "people"))).toBe(59);
  expect(bill.unpriced).toEqual([]);
});

it("S3: three months of set-up are $60,000 on top of the API before month 4", () => {
  const { cumulative } = payback({
    requestsMonthly: 1e6,
    monthlyGrowth: 0,
    setup: { months: 3, monthlyUsd: 20_000 },
    months: 4,
    apiUsd: (requests) => requests * A_REQUEST,
    selfUsd: selfOf,
  });
  expect(cumulative.map(({ selfUsd, apiUsd }) => usd(selfUsd - apiUsd))).toEqual([20_000, 40_000, 60_000, 79_000]);
  const amortised = articlePlan({ setup: { months: 3, monthlyUsd: 20_000, amortisedOverMonths: 24 } });
  expect(usd(selfBill(1e6, profile(), amortised, A_REQUEST).monthlyUsd)).toBe(36_500);
});

it("S4: the article's own numbers break even at 2,266,667 requests; its '10-20M' needs $6.80 to $3.40 per 1M tokens", () => {
  const at = (price: ApiPrice) => compare(question({ price })).breakEven.requestsMonthly ?? 0;
  expect(Math.ceil(at(A_PRICE))).toBe(2_266_667);
  expect(Math.round(at(A_PRICE) / 30)).toBe(75_556);
  const atPrice = (usdPerMillion: number) => at(priced("flat", usdPerMillion, usdPerMillion));
  expect(atPrice(6.8)).toBeCloseTo(10e6, 3);
  expect(atPrice(3.4)).toBeCloseTo(20e6, 3);
});

it("S4: at today's prices the article's fleet breaks even at 10.9M, 94.4M or 181M requests", () => {
  const millions = (price: ApiPrice) => (compare(question({ price })).breakEven.requestsMonthly ?? 0) / 1e6;
  expect(millions(priced("gpt-4o", 2.5, 10))).toBeCloseTo(10.88, 2);
  expect(millions(priced("llama-3.3-70b", 0.72, 0.72))).toBeCloseTo(94.44, 2);
  expect(millions(priced("gpt-oss-120b", 0.15, 0.6))).toBeCloseTo(181.33, 2);
});

it.each([
  ["8B", 16.06, 20],
  ["70B", 141.1, 170],
  ["DeepSeek-V3 FP8", 673, 808],
])("S6: the disk of a node holds at least 1.2 times the weights of %s", (_, weightsGB, least) => {
  const plan = (diskGBPerNode: number) => articlePlan({ quantities: { ...articlePlan().quantities, diskGBPerNode } });
  expect(selfPlanProblems(plan(least), weightsGB)).toEqual([]);
  expect(selfPlanProblems(plan(least - 1), weightsGB)).toMatchObject([
    { path: "quantities.diskGBPerNode", given: `${least - 1} GB` },
  ]);
});

it("S7: what has no quantity or no price is listed as unpriced, never counted as 0", () => {
  const items = Object.keys(ITEMS).length;
  const bare = selfBill(1e6, profile(), articlePlan({ quantities: {} }), A_REQUEST);
  expect(bare.unpriced).toHaveLength(items);
  const { evaluationNodeHours: _, people: __, ...rest } = articlePlan();
  const every = Object.fromEntries(Object.keys(ITEMS).map((item) => [item, 1])) as Record<Item, number>;
  const unpriced = selfBill(1e6, profile(), { ...rest, quantities: every, unitPrices: {} }, A_REQUEST);
  expect(unpriced.unpriced).toHaveLength(items - 1 + 2);
  expect(usd(unpriced.monthlyUsd)).toBe(12_000 + every.observabilityUsd);
});

it("S8 and S13: people are hours at a rate that somebody gave; left out they are refused, 0 is taken at its word", () => {
  const { people: _, ...nobody } = articlePlan();
  expect(selfPlanProblems(nobody, 0)).toMatchObject([{ path: "people" }]);
  expect(() => compare(question({ self: nobody }))).toThrow(/people: hours a month/);
  expect(selfPlanProblems(articlePlan({ people: { hoursMonthly: 0, usdPerHour: 0 } }), 0)).toEqual([]);
});

it("S9: the API is a line, self-hosting a staircase with one node a step", () => {
  const plan = articlePlan({ fleet: { ...articlePlan().fleet, outputTokensPerSecond: 957 } });
  const steps = [...stepsTo(20e6, profile({ peakToAverage: 3 }), plan, A_REQUEST)];
  expect(steps.map(({ nodes }) => nodes)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(steps.map(({ fixedUsd }) => usd(fixedUsd))).toEqual([34_000, 46_000, 58_000, 70_000, 82_000, 94_000]);
});

it("S10: 1,000 requests a day are $450 on the API, 100,000 are $45,000: API, then self-hosted; A says 3M a month is API", () => {
  const month = (daily: number) => [
    usd(apiBill(daily * 30, [A_WORKLOAD], A_PRICE).monthlyUsd),
    usd(selfOf(daily * 30)),
  ];
  expect(month(1_000)).toEqual([450, 34_000]);
  expect(month(100_000)).toEqual([45_000, 34_000]);
  expect([1_000, 100_000].map((daily) => volumeZone(daily * 30))).toEqual(["api", "api"]);
});

/** A legal document of article C: 15,000 tokens in and 1,000 out at $15 and $75 are its $0.30. */
const CLAUDE = priced("claude", 15, 75);
const documents = (requests: number) =>
  workload({ requests, inputTokens: requests * 15_000, outputTokens: requests * 1_000 });

it("S11: 500 legal documents a day are $150 a day, $0.30 each", () => {
  expect(usd(apiBill(500, [documents(500)], CLAUDE).monthlyUsd)).toBe(150);
  expect(usdPerRequest([documents(500)], CLAUDE)).toBeCloseTo(0.3, 12);
});

it("S12: 5,000 documents a day: $50 for GPUs and $200 on the API instead of $1,500 save 83.3 %", () => {
  const DAYS = 730 / 24;
  const nothing = { ...articlePlan().quantities, observabilityUsd: 0 };
  const nobody = { hoursMonthly: 0, usdPerHour: 0 };
  const gemma = articlePlan({ nodePrices: { onDemandUsd: 50 / 24 }, quantities: nothing, people: nobody });
  const split = { localShare: 1 - 200 / 1_500, escalation: 0 };
  const usage = { from: "2026-10-01", to: "2026-10-31", hours: 730, source: "C", workloads: [documents(5_000 * DAYS)] };
  const [, middle] = compare(question({ usage, price: CLAUDE, self: gemma, split })).months;
  const daily = [middle?.api, middle?.hybrid].map((bill) => usd((bill?.monthlyUsd ?? 0) / DAYS));
  expect(daily).toEqual([1_500, 250]);
  expect(1 - 250 / 1_500).toBeCloseTo(0.833, 3);
  expect(apiRequests(5_000, split)).toBeCloseTo(666.67, 2);
  const local = 5_000 - apiRequests(5_000, split);
  expect(selfBill(local * DAYS, profile(), gemma, 0).monthlyUsd / (local * DAYS)).toBeCloseTo(0.01154, 5);
  expect(onDemandPrice("g6e.xlarge", "us-east-1")?.hourlyUsd).toBeLessThan(50 / 24);
});

it("S12: Manning's chapter 12: 625 requests an hour break even, 2,950 with 4.2 % escalated cost $0.0010155, 74.6 % less", () => {
  expect(breakEven(single(2.5), 0.004).requestsMonthly).toBe(625);
  const hour = hybridBill(
    2_950,
    { localShare: 1, escalation: 0.042 },
    () => billOf([{ kind: "nodes", what: "an hour", monthlyUsd: 2.5 }]),
    (requests) => billOf([{ kind: "tokens", what: "escalated", monthlyUsd: requests * 0.004 }]),
  );
  expect(hour.monthlyUsd / 2_950).toBeCloseTo(0.0010155, 7);
  expect(1 - hour.monthlyUsd / 2_950 / 0.004).toBeCloseTo(0.746, 3);
});

it.each([
  [0.05, 31],
  [0.08, 21],
  [0.1, 17],
  [0.12, 14],
  [0.15, 12],
  [0.2, 10],
  [0, undefined],
])("S14: with %d growth a month the API has cost more by month %s", (monthlyGrowth, month) => {
  const usage = { ...question().usage, hours: 730 };
  expect(compare(question({ usage, monthlyGrowth, horizonMonths: 120 })).payback.month).toBe(month);
});

it("a set-up of half a month more costs half a month more", () => {
  const { cumulative } = payback({
    requestsMonthly: 1e6,
    monthlyGrowth: 0,
    setup: { months: 1.5, monthlyUsd: 20_000 },
    months: 2,
    apiUsd: () => 15_000,
    selfUsd: () => 34_000,
  });
  expect(cumulative.map(({ selfUsd }) => selfUsd)).toEqual([35_000, 35_000 + (15_000 + 20_000 + 34_000) / 2]);
});

it("S15: three workloads have three break-evens", () => {
  const usage = {
    ...question().usage,
    workloads: [
      workload({ name: "chat", requests: 1e6, inputTokens: 400e6, outputTokens: 200e6, peakToAverage: 3 }),
      workload({ name: "documents", requests: 1e5, inputTokens: 800e6, outputTokens: 50e6, batchShare: 1 }),
      workload({ name: "code", requests: 2e6, inputTokens: 200e6, outputTokens: 400e6, peakToAverage: 6 }),
    ],
  };
  const volumes = usage.workloads.map(
    ({ name }) => compare(question({ usage, workload: name })).breakEven.requestsMonthly,
  );
  expect(volumes.map((volume) => Math.ceil(volume ?? 0))).toEqual([1_888_889, 133_334, 3_777_778]);
  expect(() => compare(question({ usage, workload: "chats" }))).toThrow(/one of chat, documents, code/);
});

it("S16: the tornado has both prices of the API; half the price doubles the volume where nothing is paid by request", () => {
  const { breakEven: found, sensitivities } = compare(question());
  const price = sensitivities.find(({ what }) => what === "API price");
  expect(price?.low.breakEvenRequestsMonthly).toBe(2 * (found.requestsMonthly ?? 0));
  expect(usd((price?.high.savingMonthlyUsd ?? 0) - (price?.low.savingMonthlyUsd ?? 0))).toBe(
    usd((15_000 * 730) / 24 / 31),
  );
});

it("S17: '100× cheaper' is not reached by list price: Mistral 7B is 16.7 and 50 times cheaper than GPT-4o", () => {
  const price = (model: string) => API_PRICES.find((row) => row.model === model) as ApiPrice;
  const times = (tokens: Partial<Workload>) => {
    const asked = workload({ requests: 1, ...tokens });
    const [dear = 0, cheap = 1] = ["gpt-4o", "mistral.mistral-7b-instruct-v0:2"].map((model) =>
      total(apiCost(asked, price(model))),
    );
    return dear / cheap;
  };
  expect(times({ inputTokens: 1e6 })).toBeCloseTo(16.67, 2);
  expect(times({ outputTokens: 1e6 })).toBeCloseTo(50, 9);
});

it("S18: caching, batch, a smaller model and another host of the same weights come before any GPU", () => {
  const now = priced("large", 2.5, 10, { sameWeightsAs: "llama-3.3-70b" });
  now.usdPerMillion = { ...now.usdPerMillion, cachedInput: 1.25, batchInput: 1.25, batchOutput: 5 };
  const rows = savings({
    workloads: [A_WORKLOAD],
    now,
    catalogue: [
      now,
      priced("small", 0.15, 0.6),
      priced("llama", 0.72, 0.72, { provider: "bedrock", sameWeightsAs: "llama-3.3-70b" }),
      priced("dearer", 30, 60),
      ...[1, 2, 3].map((usd) => priced(`middling ${usd}`, usd, usd)),
      priced("other weights", 0.1, 0.1, { provider: "bedrock", sameWeightsAs: "qwen" }),
    ],
    cacheableShare: 0.8,
    couldWaitShare: 0.4,
  });
  expect(rows.map(({ kind, savedUsd }) => [kind, usd(savedUsd)])).toEqual([
    ["smaller model", 2_937.5],
    ["same weights elsewhere", 2_765],
    ["batch", 625],
    ["caching", 250],
    ["smaller model", 2_625],
    ["smaller model", 2_125],
  ]);
  const assumed = savings({ workloads: [A_WORKLOAD], now, catalogue: [] });
  expect(assumed.map(({ savedUsd, provided }) => [usd(savedUsd), provided])).toEqual([
    [312.5, "a fifth of them may wait up to a day: assumed"],
    [156.25, "half of the input repeats: assumed, measure it; writes to the cache are not in it"],
  ]);
});

it("S19: 40 engineer hours a month stand in the price of a million tokens", () => {
  const self = articlePlan({ people: { hoursMonthly: 40, usdPerHour: 100 } });
  const usage = { ...question().usage, from: "2026-10-01", to: "2026-10-30" };
  const [, middle] = compare(question({ usage, self })).months;
  expect(middle?.usdPerMillionTokens?.people).toBeCloseTo(4_000 / ((500 * 730) / 24 / 30), 9);
});

it("S20: another volume turns the comparison round, and only the volume differs", () => {
  const at = (requests: number) => {
    const factor = requests / 1e6;
    const more = { ...A_WORKLOAD, requests, inputTokens: 250e6 * factor, outputTokens: 250e6 * factor };
    return compare(question({ usage: { ...question().usage, workloads: [more] } }));
  };
  const [few, many] = [at(1e6), at(3e6)];
  const cheaper = ({ months: [, middle] }: typeof few) =>
    (middle?.api.monthlyUsd ?? 0) < (middle?.self.monthlyUsd ?? 0) ? "API" : "self";
  expect([cheaper(few), cheaper(many)]).toEqual(["API", "self"]);
  expect(many.breakEven).toEqual(few.breakEven);
});

describe("formulas of the worked examples", () => {
  const fast = { ...articlePlan().fleet, outputTokensPerSecond: 957 };

  it("20M requests of 250 tokens are 1,903 a second, 5,708 at three times the average: six fleets, not one of $12,000", () => {
    expect(peakOutputPerSecond(profile(), 20e6)).toBeCloseTo(1_902.6, 1);
    const peak = peakOutputPerSecond(profile({ peakToAverage: 3 }), 20e6);
    expect(peak).toBeCloseTo(5_707.8, 1);
    expect(replicasFor(peak, fast)).toBe(6);
  });

  it.each([
    ["Llama-70B FP8, 2 × H100, 1k/1k", 13.76, 2_196, 1, 0.72, 0.72, 1.21],
    ["the same, 4 × H100, 8k/1k", 27.52, 1_161, 8, 0.72, 0.72, 1.02],
    ["gpt-oss-120b, 2 × H100, 1k/1k", 13.76, 4_272, 1, 0.15, 0.6, 1.19],
    ["the same, 8k/1k", 13.76, 2_349, 8, 0.15, 0.6, 0.9],
    ["Llama-8B, 1 × H100, 1024/512", 6.88, 6_422, 2, 0.22, 0.22, 0.45],
    ["Llama-70B against GPT-4o", 13.76, 2_196, 1, 2.5, 10, 0.14],
  ])("break-even utilisation of %s", (_, hourly, perSecond, inPerOut, input, output, expected) => {
    const one = profile({ inputTokens: 1_000 * inPerOut, outputTokens: 1_000 });
    const request = (one.inputTokens * input + one.outputTokens * output) / 1e6;
    const fleet = { ...fast, outputTokensPerSecond: perSecond };
    expect(breakEvenUtilisation(hourly, one, fleet, request)).toBeCloseTo(expected, 2);
  });

  it("N+1 of p4de.24xlarge counts nodes: $40,073 a month for one that serves", () => {
    expect(Math.round(nodeCost(Array(24).fill(2), { onDemandUsd: 27.44705 }, 0).monthlyUsd)).toBe(40_073);
  });

  it("a plan is paid when idle, spot takes its share first: s·P_spot·(1+o) + (1−s)·[c·P_plan + (1−c)·P_od]", () => {
    const prices = {
      onDemandUsd: 10,
      spot: { share: 0.5, hourlyUsd: 4, overhead: 0.1 },
      plan: { nodes: 1, hourlyUsd: 6 },
    };
    const four = nodeCost(Array(24).fill(4), prices, 0);
    expect(four.hourlyUsd).toBeCloseTo(0.5 * 4 * 1.1 + 0.5 * (0.5 * 6 + 0.5 * 10), 9);
    expect(nodeCost(Array(24).fill(0), prices, 0).monthlyUsd).toBe(6 * 730);
    const interrupted = { ...prices, spot: { ...prices.spot, interruptionsPerHour: 0.4 } };
    const waste = nodeCost(Array(24).fill(4), interrupted, 900).hourlyUsd - four.hourlyUsd;
    expect(waste).toBeCloseTo(0.5 * 4 * 0.4 * (900 / 3600), 9);
  });

  it("scaled nodes are counted by the hour, and their starts are paid", () => {
    const day = [...Array(12).fill(1), ...Array(12).fill(3)];
    expect(nodeCost(day, { onDemandUsd: 1 }, 0).nodeHours).toBeCloseTo((48 * 730) / 24, 9);
    expect(nodeCost(day, { onDemandUsd: 1 }, 900).nodeHours).toBeCloseTo((48.5 * 730) / 24, 9);
  });

  it("141.1 GB of weights through NAT 20 times a day cost $3,863 a month", () => {
    const natGB = (141.1 * 20 * 730) / 24;
    const quantities = { ...articlePlan().quantities, natGB };
    const bill = selfBill(1e6, profile(), articlePlan({ quantities, unitPrices: unitPrices("us-east-1") }), 0);
    expect(Math.round(usdOf(bill, "network"))).toBe(3_863);
  });

  it("250M output tokens of 250 bytes cost about $5.6 to the internet", () => {
    const plan = articlePlan({
      quantities: { ...articlePlan().quantities, egressBytesPerToken: 250 },
      unitPrices: { egressBytesPerToken: { usd: 0.09, asOf: "2026-11-22", source: "test" } },
    });
    const [line] = selfBill(1e6, profile(), plan, 0).lines.filter(({ kind }) => kind === "network");
    expect(line?.monthlyUsd).toBeCloseTo(5.625, 9);
  });

  it("the API's request: cached, written, batched and long input have prices of their own", () => {
    const price = priced("all", 3, 15, { longContext: { aboveTokens: 200_000, input: 6, output: 22.5 } });
    price.usdPerMillion = {
      ...price.usdPerMillion,
      cachedInput: 0.3,
      cacheWrite: 3.75,
      batchInput: 1.5,
      batchOutput: 7.5,
    };
    const asked = workload({ requests: 1, inputTokens: 10e6, cachedInputTokens: 4e6, outputTokens: 1e6 });
    expect(apiCost({ ...asked, cacheWriteTokens: 1e6 }, { ...price, longContext: undefined })).toEqual({
      input: 15,
      cachedInput: 1.2,
      cacheWrite: 3.75,
      output: 15,
    });
    const batched = { ...asked, batchShare: 1 };
    expect(total(apiCost(batched, price))).toBeCloseTo(0.5 * total(apiCost(asked, price)), 9);
  });

  it("long requests: cached tokens cost their own price there, a tier of another length is no dearer than it is", () => {
    // Gemini 2.5 Pro: $1.25, $0.125 cached, $10; above 200,000 tokens $2.50, $0.25, $15.
    const tier = { aboveTokens: 200_000, input: 2.5, cachedInput: 0.25, output: 15 };
    const price = priced("gemini", 1.25, 10, { longContext: tier });
    price.usdPerMillion.cachedInput = 0.125;
    const agent = workload({ requests: 100, inputTokens: 30e6, cachedInputTokens: 27e6, outputTokens: 0.2e6 });
    const whole = { inputTokens: 30e6, cachedInputTokens: 27e6, outputTokens: 0.2e6 };
    const asked = (aboveTokens: number) => ({ ...agent, longContext: [{ aboveTokens, ...whole }] });
    const long = 3 * 2.5 + 27 * 0.25 + 0.2 * 15;
    expect(total(apiCost(agent, price))).toBeCloseTo(long, 9);
    expect(total(apiCost(asked(200_000), price))).toBeCloseTo(long, 9);
    const many = { ...asked(200_000), requests: 1_000 };
    expect(total(apiCost(many, price))).toBeCloseTo(long, 9);
    const short = 3 * 1.25 + 27 * 0.125 + 0.2 * 10;
    expect(total(apiCost({ ...many, longContext: [] }, price))).toBeCloseTo(short, 9);
    const later = { ...price, longContext: { ...tier, aboveTokens: 272_000 } };
    expect(total(apiCost(many, later))).toBeCloseTo(short, 9);
    expect(total(apiCost({ ...many, longContext: [{ aboveTokens: 271_999, ...whole }] }, later))).toBeCloseTo(long, 9);
  });

  it("a price that changes by the hour is weighed by the day: DeepSeek asks twice as much in seven hours", () => {
    const night = { hoursUtc: [1, 2, 3, 6, 7, 8, 9], input: 1.32, output: 3.96 };
    const price = priced("deepseek", 0.66, 1.98, { otherHours: night });
    const asked = workload({ requests: 1, inputTokens: 1e6, outputTokens: 1e6 });
    const at = (hour: number) => Array.from({ length: 24 }, (_, i) => (i === hour ? 1 : 0));
    expect(total(apiCost(asked, price))).toBeCloseTo(2.64 * (1 + 7 / 24), 9);
    expect(total(apiCost({ ...asked, hourShares: at(12) }, price))).toBeCloseTo(2.64, 9);
    expect(total(apiCost({ ...asked, hourShares: at(8) }, price))).toBeCloseTo(5.28, 9);
  });

  it("a fleet that cannot serve its break-even grows by a node until one can", () => {
    const small = profile();
    const one = capacityOf(1, small, fast);
    const steps = [...stepsTo(20 * one, small, articlePlan({ fleet: fast }), 0.005)];
    const found = breakEven(steps, 0.005);
    expect(34_000 / 0.005).toBeLessThan(one);
    expect(found).toMatchObject({ requestsMonthly: 34_000 / 0.005, nodes: 1 });
    const dear = breakEven(steps, 0.0025);
    expect(34_000 / 0.0025).toBeGreaterThan(one);
    expect(dear).toMatchObject({ requestsMonthly: 46_000 / 0.0025, nodes: 2 });
    expect(breakEven(steps, 0.001)).toMatchObject({
      cheaper: [],
      note: expect.stringContaining("all that they can serve"),
    });
  });

  it("profiles of several workloads add up, and their peaks meet", () => {
    const both = profileOf([
      workload({ requests: 10, outputTokens: 100, peakToAverage: 2 }),
      workload({ requests: 30, outputTokens: 300, peakToAverage: 6 }),
    ]);
    expect(both).toMatchObject({ outputTokens: 10, peakToAverage: 5 });
  });
});
