import { apiCost } from "../../../infra/core/economics/api-cost";
import { breakEven } from "../../../infra/core/economics/break-even";
import { compare, type Question } from "../../../infra/core/economics/compare";
import { fleetFor } from "../../../infra/core/economics/fleet";
import { payback } from "../../../infra/core/economics/payback";
import { savings } from "../../../infra/core/economics/savings";
import { type SelfPlan, selfBill } from "../../../infra/core/economics/self-cost";
import { unitPrices } from "../../../infra/core/economics/unit-prices";
import { articlePlan, priced, profile, workload } from "./plans";

/** A plan with everything in it, and what follows from it, added up by hand or asked in another way. */

const FULL: SelfPlan = {
  fleet: {
    instanceType: "p4de.24xlarge",
    gpusPerNode: 8,
    gpusPerReplica: 2,
    outputTokensPerSecond: 1_000,
    load: 0.75,
    spareNodes: 1,
    autoscaled: false,
    coldStartSeconds: 600,
  },
  nodePrices: { onDemandUsd: 27.44705, spot: { share: 0, hourlyUsd: 9, overhead: 0.1 } },
  environments: [{ name: "dev", instanceType: "g6e.xlarge", nodes: 1, hoursMonthly: 200, hourlyUsd: 1.861 }],
  quantities: {
    diskGBPerNode: 200,
    bucketGB: 300,
    registryGB: 20,
    clusters: 2,
    loadBalancers: 1,
    loadBalancerUnits: 3,
    natGateways: 3,
    natGB: 1_000,
    crossZoneGB: 500,
    egressBytesPerToken: 250,
    replicatedGB: 141.1,
    writtenLogGB: 40,
    observabilityUsd: 120,
  },
  unitPrices: unitPrices("us-east-1"),
  people: { hoursMonthly: 80, usdPerHour: 90 },
  setup: { months: 2, monthlyUsd: 15_000, amortisedOverMonths: 30 },
  evaluationNodeHours: 10,
  fallbackShare: 0.01,
};

it("adds up every line of a month", () => {
  const bill = selfBill(10e6, profile({ peakToAverage: 3 }), FULL, 0.001);
  expect(bill.unpriced).toEqual([]);
  expect(bill.lines.map(({ kind, what, monthlyUsd }) => [kind, what, Number(monthlyUsd.toFixed(3))])).toEqual([
    ["nodes", "production: 2 × p4de.24xlarge, 1 of them spare, 0 % spot, on demand, 1460 node hours", 40_072.693],
    ["nodes", "dev: 1 × g6e.xlarge, 200 h", 372.2],
    ["storage", "EBS gp3: 200 GB a node", 32],
    ["storage", "S3: 300 GB", 6.9],
    ["storage", "ECR: 20 GB", 2],
    ["platform", "EKS control plane: 2 clusters", 146],
    ["network", "load balancer: 1 balancers", 16.425],
    ["network", "load balancer capacity units: 3 units", 13.14],
    ["network", "NAT gateway: 3 gateways", 98.55],
    ["network", "NAT processing: 1000 GB", 45],
    ["network", "traffic between zones: 500 GB", 10],
    ["network", "traffic to the internet: 250 bytes an output token", 56.25],
    ["network", "replication between regions: 141.1 GB", 2.822],
    ["observability", "logs written: 40 GB", 20],
    ["observability", "metrics and dashboards: 120 US dollars", 120],
    ["people", "people: 80 h at $90 (46.2 % of one full-time)", 7_200],
    ["setup", "set-up of 2 months over 30", 1_000],
    ["evaluation", "gates and benchmarks: 10 h of p4de.24xlarge", 274.471],
    ["fallback", "1 % of requests on the API all the same", 100],
  ]);
  expect(bill.monthlyUsd).toBeCloseTo(49_588.4505, 4);
});

it("keeps all ranges in which own models are cheaper: a further node can make the API so again", () => {
  const step = (fromRequests: number, toRequests: number, fixedUsd: number) => ({
    fromRequests,
    toRequests,
    nodes: fixedUsd / 10,
    fixedUsd,
    usdPerRequest: 0,
  });
  const steps = [step(0, 10, 100), step(10, 20, 150), step(20, 40, 210), step(40, 60, 250)];
  expect(breakEven(steps, 10)).toEqual({
    requestsMonthly: 10,
    nodes: 10,
    cheaper: [{ fromRequests: 10, toRequests: 10 }, { fromRequests: 15, toRequests: 20 }, { fromRequests: 21 }],
    note: "further nodes make the API cheaper again",
  });
  expect(breakEven([...steps, step(60, 61, 700)], 10).cheaper.at(-1)).toEqual({ fromRequests: 21, toRequests: 60 });
  expect(breakEven([{ ...step(0, 10, 1), usdPerRequest: 11 }], 10).note).toMatch(/at no volume/);
});

it("a fleet follows the day, and one replica stays when nobody asks", () => {
  const fleet = { ...FULL.fleet, autoscaled: true };
  const shares = Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 0 : 1 / 12));
  const day = profile({ peakToAverage: 3, hourShares: shares });
  expect(fleetFor(25e6, day, fleet)).toMatchObject({
    nodes: 4,
    nodesByHour: shares.map((share) => (share === 0 ? 2 : 4)),
  });
  expect(fleetFor(0, day, FULL.fleet)).toMatchObject({ replicas: 1, nodes: 2 });
});

it("while it is set up nothing is paid back, even where the set-up is free", () => {
  const question = { requestsMonthly: 1, monthlyGrowth: 0, setup: { months: 2, monthlyUsd: 0 }, months: 6 };
  expect(payback({ ...question, apiUsd: () => 200, selfUsd: () => 100 }).month).toBe(3);
});

it("what has no price of its own is plain input, and the same weights of the same provider are no other host", () => {
  const asked = workload({ requests: 1, inputTokens: 3e6, cachedInputTokens: 1e6, cacheWriteTokens: 1e6 });
  expect(apiCost(asked, priced("plain", 3, 15))).toMatchObject({ input: 3, cachedInput: 3, cacheWrite: 3 });
  const now = priced("large", 3, 15, { sameWeightsAs: "llama" });
  const turbo = priced("turbo", 2, 10, { sameWeightsAs: "llama" });
  expect(savings({ workloads: [asked], now, catalogue: [turbo] }).map(({ kind }) => kind)).toEqual(["smaller model"]);
});

describe("a comparison", () => {
  const chat = workload({
    requests: 4e6,
    inputTokens: 4e9,
    outputTokens: 1e9,
    peakToAverage: 2,
    requestsByWeek: { p10: 7e5, p50: 14e5, p90: 21e5 },
  });
  const code = workload({
    name: "code",
    requests: 1e6,
    inputTokens: 2e9,
    outputTokens: 0.5e9,
    peakToAverage: 6,
    batchShare: 0.5,
    requestsByWeek: { p10: 7e4, p50: 35e4, p90: 63e4 },
  });
  const price = priced("large", 2.5, 12.5);
  price.usdPerMillion = { ...price.usdPerMillion, batchInput: 1.25, batchOutput: 6.25 };
  // Twenty days by their hours, although they touch twenty-one.
  const usage = { from: "2026-10-01", to: "2026-10-21", hours: 480, source: "assumed", workloads: [chat, code] };
  const question: Question = {
    today: "2026-11-22",
    usage,
    price,
    overhead: { peopleMonthlyUsd: 900, supportMonthlyUsd: 100 },
    self: FULL,
    weightsGB: 141.1,
    split: { localShare: 0.8, escalation: 0.1 },
    monthlyGrowth: 0,
    horizonMonths: 4,
    catalogue: [priced("small", 0.1, 0.4)],
    sources: [],
  };
  const result = compare(question);
  const [, middle] = result.months;
  const saving = ({ months: [, month] }: typeof result) => (month?.api.monthlyUsd ?? 0) - (month?.self.monthlyUsd ?? 0);
  /** Both workloads at list: 4e9·2.5 + 1e9·12.5 and, half of it batched, 0.75·(2e9·2.5 + 0.5e9·12.5) per million. */
  const API_USD_PER_REQUEST = (22_500 + 0.75 * 11_250) / 5e6;

  it("counts a month by the period's hours, and quiet and busy months by its weeks", () => {
    const DAYS = 730 / 24;
    expect(result.requestsMonthly).toBeCloseTo((5e6 * DAYS) / 20, 3);
    const days = [1.1e5, 2.5e5, 3.9e5];
    result.months.forEach(({ requests, api }, i) => {
      expect(requests).toBeCloseTo((days[i] ?? 0) * DAYS, 3);
      expect(api.monthlyUsd).toBeCloseTo((days[i] ?? 0) * DAYS * API_USD_PER_REQUEST + 1_000, 3);
    });
  });

  it("has the API's own fixed cost on the API's side everywhere", () => {
    const without = compare({ ...question, overhead: { peopleMonthlyUsd: 0, supportMonthlyUsd: 0 } });
    const perRequest = API_USD_PER_REQUEST * 0.99 - (300 * 250 * 0.09) / 1e9;
    const volumes = [without, result].map(({ breakEven: { requestsMonthly = 0 } }) => requestsMonthly);
    const [later = 0, earlier = 0] = volumes;
    expect(later - earlier).toBeCloseTo(1_000 / perRequest, 2);
    expect(result.payback.cumulative[0]?.apiUsd).toBeCloseTo(result.requestsMonthly * API_USD_PER_REQUEST + 1_000, 3);
    expect(result.curve.apiFixedUsd).toBe(1_000);
    expect(result.utilisation.allLines).toBeLessThan(without.utilisation.allLines);
  });

  it("splits a hybrid month into what stays and what goes on or is asked again", () => {
    const one = profile({ inputTokens: 1_200, outputTokens: 300, peakToAverage: 10 / 3 });
    const volume = middle?.requests ?? 0;
    const stays = selfBill(volume * 0.8, one, FULL, API_USD_PER_REQUEST).monthlyUsd;
    expect(middle?.hybrid?.monthlyUsd).toBeCloseTo(stays + volume * 0.28 * API_USD_PER_REQUEST + 1_000, 3);
  });

  it("moves each assumption as a question with that assumption would", () => {
    const factor = (workloads: typeof usage.workloads, by: number) =>
      workloads.map((each) => ({ ...each, peakToAverage: each.peakToAverage * by }));
    const plans: Record<string, (which: 0 | 1) => Partial<Question>> = {
      throughput: (i) => ({ self: { ...FULL, fleet: { ...FULL.fleet, outputTokensPerSecond: [500, 2_000][i] ?? 0 } } }),
      people: (i) => ({ self: { ...FULL, people: { hoursMonthly: [120, 40][i] ?? 0, usdPerHour: 90 } } }),
      "peak over average": (i) => ({ usage: { ...usage, workloads: factor(usage.workloads, [2, 0.5][i] ?? 0) } }),
      spot: (i) => ({
        self: { ...FULL, nodePrices: { onDemandUsd: 27.44705, spot: { share: i, hourlyUsd: 9, overhead: 0.1 } } },
      }),
    };
    const found = Object.fromEntries(result.sensitivities.map(({ what, low, high }) => [what, [low, high]] as const));
    for (const [what, given] of Object.entries(plans))
      for (const i of [0, 1] as const) {
        const asked = compare({ ...question, ...given(i) });
        expect(found[what]?.[i]?.savingMonthlyUsd).toBeCloseTo(saving(asked), 3);
        expect(found[what]?.[i]?.breakEvenRequestsMonthly ?? 0).toBeCloseTo(asked.breakEven.requestsMonthly ?? 0, 3);
      }
    const widths = result.sensitivities.map(({ low, high }) => high.savingMonthlyUsd - low.savingMonthlyUsd);
    expect(widths).toEqual([...widths].sort((a, b) => b - a));
    expect(result.sensitivities).toHaveLength(5);
  });

  it("pays a set-up once: what is spread over the bill's months is not in the payback a second time", () => {
    const { amortisedOverMonths: _, ...setup } = FULL.setup;
    const { cumulative } = compare({ ...question, self: { ...FULL, setup } }).payback;
    result.payback.cumulative.forEach(({ selfUsd }, i) => {
      expect(selfUsd).toBeCloseTo(cumulative[i]?.selfUsd ?? 0, 6);
    });
  });

  it("counts savings by the month", () => {
    const [small] = result.savings;
    expect((small?.monthlyUsd ?? 0) + (small?.savedUsd ?? 0)).toBeCloseTo(
      result.requestsMonthly * API_USD_PER_REQUEST,
      3,
    );
    expect(small?.monthlyUsd).toBeCloseTo((result.requestsMonthly * (6e9 * 0.1 + 1.5e9 * 0.4)) / 1e6 / 5e6, 3);
  });

  it("refuses everything that is wrong with it at once", () => {
    const { people: _, ...nobody } = articlePlan({ quantities: { diskGBPerNode: 100 } });
    const fleet = { ...nobody.fleet, coldStartSeconds: 4_000 };
    const none = { ...usage, workloads: [workload({ requests: 1 })] };
    expect(() => compare({ ...question, usage: none, self: { ...nobody, fleet } })).toThrow(
      /4 problems.*people.*diskGBPerNode.*coldStartSeconds.*no output tokens/s,
    );
  });
});
