import type { Comparison } from "../economics/comparison";
import type { Contradiction } from "./contradictions";
import type { Budget, LatencyJudgement } from "./latency";
import type { AnsweredRule } from "./questions";
import type { Option, OwnedRisk } from "./risks";
import type { Scorecard } from "./scorecard";
import type { Decided } from "./verdict";
import type { WayBack } from "./way-back";

/** All that a decision rests on, with units in the keys: what `--json` prints and the page draws. */
export interface DecisionReport {
  name: string;
  /** `YYYY-MM-DD` */
  decidedOn: string;
  usage: { source: string; from: string; to: string };
  setupMonths: number;
  verdict: Decided;
  rule: AnsweredRule;
  /** What the rule of volume says by itself: API below 10M requests a month, own models above 20M. */
  volumeRule: "api" | "grey zone" | "self";
  /** Models that end soon, prices that surprise. */
  warnings: readonly string[];
  /** False: data may not leave; what an API would cost is shown and is no option. */
  apiAllowed: boolean;
  /** Where somebody asks for a first token within a time. */
  firstToken?: { withinMs: number; api: LatencyJudgement; self: LatencyJudgement };
  /** What the first article gives for both, and what of its network own models save by its own rows; no measurement. */
  referenceLatency: { api: Budget; self: Budget; networkSavingMs: readonly [number, number] };
  contradictions: readonly Contradiction[];
  risks: readonly OwnedRisk[];
  scorecard: Scorecard;
  /** Of the cheapest fleet with each rival, the one that the verdict is measured against first; none: nothing fits. */
  comparisons: readonly Comparison[];
  /** Where there are several: each alone on the cheapest fleet's shape, against the first rival. */
  workloads: readonly WorkloadRow[];
  /** Rivals by name that are drawn and would not do. */
  notGoodEnough: readonly string[];
  /** Hosts of a candidate's weights that cost less than what the verdict names, and are not among the rivals. */
  offers: readonly { name: string; monthlyUsd: number }[];
  /** Left out: no fleet, or a throughput that its owner measured. */
  throughput?: ThroughputRange & { cheapestWhenSlow: Option };
  utilisation: readonly UtilisationBar[];
  fit: readonly FitRow[];
  /** The cheapest that serves the load within the objectives, then the runners-up. */
  shapes: readonly ShapeRow[];
  /** Left out where there is no fleet to leave, or no API to go to. */
  wayBack?: WayBack;
  prices: readonly PriceSource[];
  /** Every value that nobody gave or measured. */
  assumptions: readonly string[];
  /** What was given or assumed of the fleet and the people, flat: kept in the record, so that a change of it is seen. */
  settings: Readonly<Record<string, number | boolean>>;
}

/** Output tokens a second of one copy at the objectives, and own models' month at P50 with it. */
export interface ThroughputRange {
  slow: AtThroughput;
  expected: AtThroughput;
  fast: AtThroughput;
}

interface AtThroughput {
  outputTokensPerSecond: number;
  selfMonthlyUsd: number;
}

export interface WorkloadRow {
  name: string;
  requestsMonthly: number;
  apiMonthlyUsd: number;
  selfMonthlyUsd: number;
  /** Left out: at no volume. */
  breakEvenRequests?: number;
}

export interface UtilisationBar {
  /** `llama-3.3-70b on p5.48xlarge, TP 4`. */
  fleet: string;
  /** `bedrock llama-3.3-70b`. */
  rival: string;
  /** Share of the nodes' capacity from which their price is below the rival's; above 1: never. */
  breakEven: number;
  /** What the usage takes of it. */
  actual: number;
}

export interface FitRow {
  model: string;
  instanceType: string;
  tensorParallel: number;
  fits: boolean;
  /** Of one GPU, when one request of full length is in it. */
  gibLeft?: number;
  maxContextTokens?: number;
  /** Requests of the usage's length that fit at once. */
  concurrency?: number;
  /** Why it does not. */
  reason?: string;
}

export interface ShapeRow {
  model: string;
  instanceType: string;
  tensorParallel: number;
  nodes: number;
  monthlyUsd: number;
  /** Left out: nobody measured it. */
  timeToFirstTokenMs?: number;
  /** How sure the throughput is: measured, between measured points or beyond them, and the engine. */
  basis: string;
}

export interface PriceSource {
  what: string;
  /** Left out where a source stands for several prices. */
  usd?: number;
  /** Of the price: `node hour`, `1M input tokens`. */
  unit?: string;
  /** Left out: the source does not tell its day. */
  asOf?: string;
  ageDays?: number;
  source: string;
}
