import { millions, wholeDollars } from "../numbers";
import type { LatencyJudgement } from "./latency";
import type { Answers } from "./questions";
import type { Option } from "./risks";

/** Constraints first, money last; exactly one of them binds, and it is named. */

export type Verdict = Option | "not yet";

/** Of one month at one volume, all lines in. `self` is left out where nothing that fits was found. */
export interface MonthlyCost {
  apiUsd: number;
  selfUsd?: number;
  /** With the share of requests that go on to the API. Left out: not asked for. */
  hybridUsd?: number;
}

export interface VerdictInputs {
  answers: Answers;
  /** At the volume that is exceeded nine times of ten, one of two, one of ten. */
  cost: Readonly<Record<"p10" | "p50" | "p90", MonthlyCost>>;
  /** First month in which own models, set-up included, have cost less than the API; `undefined`: not within the horizon. */
  paybackMonth: number | undefined;
  /** Whether what was earned back is lost again by the horizon: a volume that shrinks. */
  lostAgain?: boolean;
  horizonMonths: number;
  setup: { months: number; monthlyUsd: number };
  /** Requests a month from which own models cost less; `undefined`: at no volume. */
  breakEvenRequests: number | undefined;
  requestsPerMonth: number;
  /** Why no purchasable shape serves the open model. */
  noFit?: string;
  firstToken?: Readonly<Record<"api" | "self", LatencyJudgement>>;
}

type Binding = "data" | "people" | "fit" | "latency" | "frontier" | "time" | "volume" | "set-up" | "money";

export interface Decided {
  verdict: Verdict;
  /** What decided, and what would have to change for another answer. */
  binding: { constraint: Binding; text: string };
  /** Volumes at which another option is the cheapest: the verdict is as sure as this list is short. */
  flipsAt: readonly { volume: "p10" | "p90"; cheapest: Option }[];
}

/** The cheapest of what is possible; a frontier model cannot be had as weights. */
export function cheapestOf({ apiUsd, selfUsd, hybridUsd }: MonthlyCost, needsFrontier: boolean): [Option, number] {
  const options: [Option, number | undefined][] = [
    ["api", apiUsd],
    ["self", needsFrontier ? undefined : selfUsd],
    ["hybrid", hybridUsd],
  ];
  const possible = options.filter((option): option is [Option, number] => option[1] !== undefined);
  return possible.reduce((least, option) => (option[1] < least[1] ? option : least));
}

export function decideVerdict(inputs: VerdictInputs): Decided {
  const { answers, cost } = inputs;
  const [verdict, constraint, text] = answers.dataMayLeave ? freeToLeave(inputs) : mustStay(inputs);
  const flipsAt = (["p10", "p90"] as const).flatMap((volume) => {
    const [cheapest] = cheapestOf(cost[volume], answers.needsFrontier);
    return cheapest === cheapestOf(cost.p50, answers.needsFrontier)[0] ? [] : [{ volume, cheapest }];
  });
  return { verdict, binding: { constraint, text }, flipsAt: answers.dataMayLeave ? flipsAt : [] };
}

type Outcome = readonly [Verdict, Binding, string];

/** No API route exists; what is missing for own models is all that can be said. */
function mustStay({ answers, noFit, firstToken }: VerdictInputs): Outcome {
  const stays = "data may not leave, so own models are the only option";
  if (noFit !== undefined) return ["not yet", "fit", `${stays}, and ${noFit}`];
  if (!answers.mlCapacity) return ["not yet", "people", `${stays}; blocked: no on-call`];
  if (firstToken?.self.meets === false) return ["not yet", "latency", `${stays}; ${firstToken.self.evidence}`];
  return ["self", "data", stays];
}

function freeToLeave(inputs: VerdictInputs): Outcome {
  const { noFit, firstToken } = inputs;
  const api = firstToken?.api;
  const self = firstToken?.self;
  const selfImpossible = noFit ?? (self?.meets === false ? `own models are too slow: ${self.evidence}` : undefined);
  const constraint = noFit === undefined ? "latency" : "fit";
  if (api?.meets === false) {
    const slow = `the API is too slow: ${api.evidence}`;
    if (selfImpossible !== undefined) return ["not yet", constraint, `${slow}; ${selfImpossible}`];
    return frontierMissing(inputs, slow) ?? blocked(inputs, slow) ?? ["self", "latency", slow];
  }
  if (selfImpossible !== undefined) return ["api", constraint, selfImpossible];
  return byMoney(inputs);
}

const frontierMissing = ({ answers }: VerdictInputs, why: string): Outcome | undefined =>
  answers.needsFrontier ? ["not yet", "frontier", `${why}, and frontier models are not sold as weights`] : undefined;

/** Own models would be right, and something stands in the way that can change. */
function blocked({ answers }: VerdictInputs, why: string): Outcome | undefined {
  if (!answers.mlCapacity) return ["not yet", "people", `${why}; blocked: no on-call`];
  if (!answers.weeksAcceptable) return ["not yet", "time", `${why}; not within the weeks there are: API until then`];
  return undefined;
}

function byMoney(inputs: VerdictInputs): Outcome {
  const { answers, cost, horizonMonths, breakEvenRequests, requestsPerMonth } = inputs;
  const [cheapest, usd] = cheapestOf(cost.p50, answers.needsFrontier);
  const paybackMonth = cheapest === "hybrid" ? hybridPayback(inputs, usd) : inputs.paybackMonth;
  if (cheapest !== "api") {
    const saving = `${cheapest === "self" ? "own models" : "hybrid"} ${wholeDollars(usd)}, API ${wholeDollars(cost.p50.apiUsd)} a month`;
    if (inputs.lostAgain && cheapest === "self")
      return [
        "api",
        "set-up",
        `${saving} now; what is earned back in month ${paybackMonth} is lost again by month ${horizonMonths}: the volume shrinks`,
      ];
    if (paybackMonth === undefined)
      return ["api", "set-up", `${saving}, which does not earn back the set-up in ${horizonMonths} months`];
    return (
      blocked(inputs, saving) ?? [cheapest, "money", `${saving}; the set-up is earned back in month ${paybackMonth}`]
    );
  }
  const { apiUsd, selfUsd } = cost.p50;
  if (selfUsd === undefined || answers.needsFrontier)
    return ["api", "frontier", "the newest frontier model is needed, and it is not sold as weights"];
  const costs = `API ${wholeDollars(apiUsd)}, own models ${wholeDollars(selfUsd)} a month`;
  if (breakEvenRequests === undefined) return ["api", "money", `${costs}; at no volume do own models cost less`];
  if (breakEvenRequests <= requestsPerMonth)
    return [
      "api",
      "money",
      `${costs}; they cost less from ${millions(breakEvenRequests)}, and at this volume a node more is not earned yet`,
    ];
  const edge = `${costs} at ${millions(requestsPerMonth)} requests; own models pay from ${millions(breakEvenRequests)}`;
  return paybackMonth === undefined
    ? ["api", "money", edge]
    : ["not yet", "volume", `${edge}; at the growth given they have paid in month ${paybackMonth}: API until then`];
}

/** Without growth: when what is saved each month after the set-up has paid it. */
function hybridPayback({ cost, setup, horizonMonths }: VerdictInputs, hybridUsd: number): number | undefined {
  const month =
    setup.months + Math.max(1, Math.ceil((setup.months * setup.monthlyUsd) / (cost.p50.apiUsd - hybridUsd)));
  return month > horizonMonths ? undefined : month;
}
