import fc from "fast-check";
import { apiBill } from "../../../infra/core/economics/api-cost";
import { breakEven, breakEvenUtilisation } from "../../../infra/core/economics/break-even";
import { compare } from "../../../infra/core/economics/compare";
import { stepsTo } from "../../../infra/core/economics/curve";
import type { Profile } from "../../../infra/core/economics/demand";
import { capacityOf, fleetFor, servingNodes } from "../../../infra/core/economics/fleet";
import { type SelfPlan, selfBill } from "../../../infra/core/economics/self-cost";
import { A_PRICE, articlePlan, profile, workload } from "./plans";

const API_USD = 0.01;

const profiles: fc.Arbitrary<Profile> = fc
  .record({
    inputTokens: fc.integer({ min: 1, max: 20_000 }),
    outputTokens: fc.integer({ min: 1, max: 4_000 }),
    peakToAverage: fc.double({ min: 1, max: 20, noNaN: true }),
    hours: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 24, maxLength: 24 }),
  })
  .map(({ hours, ...given }) => {
    const all = hours.reduce((sum, hour) => sum + hour, 0);
    return profile({ ...given, ...(all === 0 ? {} : { hourShares: hours.map((hour) => hour / all) }) });
  });

const price = (usd: number) => ({ usd, asOf: "2026-11-22", source: "test" });

const plans: fc.Arbitrary<SelfPlan> = fc
  .record({
    gpusPerReplica: fc.constantFrom(1, 2, 4, 8, 16),
    outputTokensPerSecond: fc.integer({ min: 50, max: 20_000 }),
    load: fc.constantFrom(0.5, 0.7, 0.8, 1),
    spareNodes: fc.integer({ min: 0, max: 2 }),
    autoscaled: fc.boolean(),
    coldStartSeconds: fc.integer({ min: 0, max: 3_600 }),
    spotShare: fc.constantFrom(undefined, 0.25, 1),
    committed: fc.constantFrom(undefined, 1, 3),
    fallbackShare: fc.constantFrom(0, 0.02),
  })
  .map(({ spotShare, committed, fallbackShare, ...fleet }) =>
    articlePlan({
      fleet: { ...articlePlan().fleet, instanceType: "p5.48xlarge", gpusPerNode: 8, ...fleet },
      nodePrices: {
        onDemandUsd: 55.04,
        ...(spotShare === undefined ? {} : { spot: { share: spotShare, hourlyUsd: 12, overhead: 0.1 } }),
        ...(committed === undefined ? {} : { plan: { nodes: committed, hourlyUsd: 35 } }),
      },
      quantities: { ...articlePlan().quantities, diskGBPerNode: 500, egressBytesPerToken: 250 },
      unitPrices: { ...articlePlan().unitPrices, diskGBPerNode: price(0.08), egressBytesPerToken: price(0.09) },
      fallbackShare,
    }),
  );

const volumes = fc.integer({ min: 0, max: 100_000_000 });

it("self-hosting never costs less when more is asked", () => {
  fc.assert(
    fc.property(plans, profiles, volumes, volumes, (plan, one, a, b) => {
      const at = (requests: number) => selfBill(requests, one, plan, API_USD).monthlyUsd;
      expect(at(Math.max(a, b))).toBeGreaterThanOrEqual(at(Math.min(a, b)) * (1 - 1e-12));
    }),
  );
});

it("the API is linear in the volume", () => {
  fc.assert(
    fc.property(volumes, fc.integer({ min: 2, max: 50 }), (requests, times) => {
      const at = (volume: number) =>
        apiBill(volume, [workload({ requests: 7, inputTokens: 900, outputTokens: 300 })], A_PRICE).monthlyUsd;
      expect(at(requests * times)).toBeCloseTo(times * at(requests), 3);
    }),
  );
});

it("every edge of a fleet that stays adds one block and no more, and its step costs what the bill says", () => {
  fc.assert(
    fc.property(plans, profiles, (drawn, one) => {
      const plan = { ...drawn, fleet: { ...drawn.fleet, autoscaled: false } };
      const steps = [...stepsTo(10.5 * capacityOf(1, one, plan.fleet), one, plan, API_USD)];
      const block = servingNodes(1, plan.fleet);
      expect(steps.map(({ nodes }) => nodes)).toEqual(steps.map((_, i) => (i + 1) * block + plan.fleet.spareNodes));
      for (const { toRequests, fixedUsd, usdPerRequest } of steps) {
        expect(
          fleetFor(toRequests * 1.000001, one, plan.fleet).nodes - fleetFor(toRequests, one, plan.fleet).nodes,
        ).toBe(block);
        const bill = selfBill(toRequests, one, plan, API_USD).monthlyUsd;
        expect(fixedUsd + usdPerRequest * toRequests).toBeCloseTo(bill, -Math.log10(bill * 1e-9));
      }
    }),
    { numRuns: 20 },
  );
});

it("a fleet that follows the day costs at most what one costs that stays, and serves the same peak", () => {
  fc.assert(
    fc.property(plans, profiles, volumes, (plan, one, requests) => {
      const as = (autoscaled: boolean) => fleetFor(requests, one, { ...plan.fleet, autoscaled, coldStartSeconds: 0 });
      expect(Math.max(...as(true).nodesByHour)).toBe(as(false).nodes);
      as(true).nodesByHour.forEach((nodes, hour) => {
        expect(nodes).toBeLessThanOrEqual(as(false).nodesByHour[hour] ?? 0);
      });
    }),
  );
});

it("at the break-even both cost the same or it lies on an edge, the fleet serves it, and below it the API is cheaper", () => {
  fc.assert(
    fc.property(plans, profiles, fc.double({ min: 1e-4, max: 1, noNaN: true }), (plan, one, apiUsd) => {
      const steps = [...stepsTo(8 * capacityOf(1, one, plan.fleet), one, plan, apiUsd)];
      const { requestsMonthly: volume, nodes } = breakEven(steps, apiUsd);
      fc.pre(volume !== undefined && volume > 1);
      const found = volume ?? 0;
      const self = (requests: number) => selfBill(requests, one, plan, apiUsd).monthlyUsd;
      const below = Math.max(...steps.map(({ toRequests }) => (toRequests < found ? toRequests : 0)));
      expect(self(found) / (found * apiUsd)).toBeCloseTo(1, 6);
      expect(fleetFor(found, one, plan.fleet).nodes).toBe(nodes);
      for (const share of [0.2, 0.5, 0.99]) {
        const less = below + (found - below) * share;
        expect(self(less)).toBeGreaterThan(less * apiUsd * (1 - 1e-9));
      }
    }),
    { numRuns: 30 },
  );
});

it("half the API price doubles the break-even volume when nothing is paid by request", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-6, max: 1, noNaN: true }),
      (fixed, a) => {
        const at = (usd: number) =>
          breakEven(
            [{ fromRequests: 0, toRequests: Number.POSITIVE_INFINITY, nodes: 1, fixedUsd: fixed, usdPerRequest: 0 }],
            usd,
          ).requestsMonthly;
        expect(at(a / 2)).toBe(2 * (at(a) ?? 0));
      },
    ),
  );
});

it("the break-even does not depend on how busy the fleet is now, and u ≥ u* says the same as the two totals", () => {
  fc.assert(
    fc.property(plans, fc.integer({ min: 1_000, max: 50_000_000 }), (drawn, requests) => {
      const self = { ...drawn, fallbackShare: 0 };
      const at = (volume: number) =>
        compare({
          today: "2026-11-22",
          usage: {
            from: "2026-10-01",
            to: "2026-10-30",
            source: "assumed",
            workloads: [
              workload({ requests: volume, inputTokens: 900 * volume, outputTokens: 300 * volume, peakToAverage: 2 }),
            ],
          },
          price: A_PRICE,
          self,
          weightsGB: 100,
          monthlyGrowth: 0,
          horizonMonths: 1,
          catalogue: [],
          sources: [],
        });
      const [one, other] = [at(requests), at(requests * 2)];
      expect(other.breakEven.requestsMonthly ?? 0).toBeCloseTo(one.breakEven.requestsMonthly ?? 0, 3);
      expect(breakEvenUtilisation(1, profile(), self.fleet, API_USD)).toBeGreaterThan(0);
      const [, month] = one.months;
      const gap = (month?.api.monthlyUsd ?? 0) - (month?.self.monthlyUsd ?? 0);
      expect(Math.sign(one.utilisation.actual - one.utilisation.allLines)).toBe(Math.sign(gap));
    }),
    { numRuns: 5 },
  );
});
