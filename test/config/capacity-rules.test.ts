import {
  blockHasNotEnded,
  karpenterPoolsAreSimple,
  ladderNamesItsReservations,
  ladderReachesEveryRegion,
  multiNodePoolsHaveEfa,
  poolNamesAreFree,
  poolsHoldTheirReleases,
} from "../../infra/config/rules/capacity";
import type { Rule } from "../../infra/config/rules/rule";
import { formatProblem } from "../../infra/core/errors";
import { awsConfig, type Sections } from "../support/aws-cell";
import { a100, releaseFile } from "../support/releases";

const ID = "cr-0123456789abcdef0";
const BLOCK = { id: ID, zone: "use1-az4", ends: "2026-12-24T11:30:00Z" };
const A100 = { instanceType: "p4de.24xlarge" };

const file = releaseFile({ variants: a100(8) });

const said = (rule: Rule, sections: Sections, today = "2026-11-22"): string[] =>
  rule({ name: "prod", config: awsConfig(sections), releases: { chat: { r1: file } }, today }).map(formatProblem);
const ofPool = (rule: Rule, pool: object, more: Sections = {}, today?: string): string[] =>
  said(rule, { pools: { a100: { ...A100, ...pool } }, ...more }, today);

it("keeps the name of the CPU nodes free", () => {
  expect(said(poolNamesAreFree, { pools: { system: A100 } })).toEqual([
    "pools.system: 'system'; the CPU nodes that every cell has are called so; choose another name",
  ]);
});

it("wants what a ladder names, and a rung for what was reserved, each once", () => {
  expect(ofPool(ladderNamesItsReservations, { capacity: ["block"] })).toEqual([
    "pools.a100.block: missing; required by `capacity: [block]`; add `block: { id: cr-…, zone: use1-az4, ends: 2026-12-24T11:30:00Z }`",
  ]);
  expect(ofPool(ladderNamesItsReservations, { reservation: { id: ID, zone: "use1-az4" } })).toEqual([
    "pools.a100.capacity: [on-demand]; must name reservation, because pools.a100.reservation is given; write `capacity: [reservation, on-demand]`, or remove `reservation`",
  ]);
  expect(ofPool(ladderNamesItsReservations, { capacity: ["spot", "on-demand", "spot"] })).toEqual([
    "pools.a100.capacity: spot twice; each way at most once; remove one spot",
  ]);
  expect(ofPool(ladderNamesItsReservations, { capacity: ["block", "spot"], block: BLOCK })).toEqual([]);
});

it("wants a way to get nodes in every region", () => {
  const regions = ["us-east-1", "us-west-2"];
  expect(ofPool(ladderReachesEveryRegion, { capacity: ["block"], block: BLOCK }, { regions })).toEqual([
    "pools.a100.capacity: [block], which is in another region; a way to get nodes in us-west-2; write `capacity: [block, on-demand]`",
  ]);
  expect(ofPool(ladderReachesEveryRegion, { capacity: ["block", "spot"], block: BLOCK }, { regions })).toEqual([]);
});

it("refuses a block that has ended, on the day after", () => {
  const pool = { capacity: ["block", "spot"], block: BLOCK };
  expect(ofPool(blockHasNotEnded, pool, {}, "2026-12-24")).toEqual([]);
  expect(ofPool(blockHasNotEnded, pool, {}, "2026-12-25")).toEqual([
    "pools.a100.block.ends: 2026-12-24T11:30:00Z; a time from today (2026-12-25) on; remove `block`, and write `capacity: [spot]`",
  ]);
});

it("gives Karpenter nothing that it is not for", () => {
  const offHours = { stop: "19:00", start: "08:00" };
  const pool = { manager: "karpenter", capacity: ["block", "spot"], block: BLOCK, multiNode: true, offHours };
  const paths = ofPool(karpenterPoolsAreSimple, pool).map((line) => line.split(":")[0]);
  expect(paths).toEqual(["instanceType", "capacity", "multiNode", "offHours"].map((field) => `pools.a100.${field}`));
  const g = { instanceType: "g6e.12xlarge", manager: "karpenter", capacity: ["spot", "on-demand"] };
  expect(ofPool(karpenterPoolsAreSimple, g)).toEqual([]);
});

it("lets only nodes with EFA work together", () => {
  expect(ofPool(multiNodePoolsHaveEfa, { instanceType: "g6e.2xlarge", multiNode: true })).toEqual([
    "pools.a100.multiNode: true, and g6e.2xlarge has no EFA; an instance type with EFA; remove `multiNode`, or choose a larger type",
  ]);
  expect(ofPool(multiNodePoolsHaveEfa, { multiNode: true })).toEqual([]);
});

it("wants room for everything that runs", () => {
  const models = { chat: { live: "r1", replicas: 3, releases: { r1: file.id } } };
  expect(ofPool(poolsHoldTheirReleases, { max: 2 }, { models })).toEqual([
    "pools.a100.max: 2; at least 3, which the running releases need; write `max: 3`, or run fewer releases and replicas",
  ]);
  expect(ofPool(poolsHoldTheirReleases, { max: 3 }, { models })).toEqual([]);
  expect(ofPool(poolsHoldTheirReleases, { min: 2, max: 1 })).toEqual([
    "pools.a100.min: 2; at most max, 1; write `min: 1`",
  ]);
});

it("says nothing about other platforms", () => {
  const environment = { platform: "kubernetes" };
  expect(said(poolNamesAreFree, { environment, regions: ["local"], pools: { system: { gpuClass: "cpu" } } })).toEqual(
    [],
  );
});
