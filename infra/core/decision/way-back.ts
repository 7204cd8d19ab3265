import type { Comparison } from "../economics/comparison";

/** From own models to an API again. The article's two to four weeks: the fleet serves on until the API has been tested. */
export interface WayBackInputs {
  weeks: number;
  /** To rewrite calls, test prompts again and take the infrastructure down. */
  engineerHours: number;
  engineerHourlyUsd: number;
  /** Still to be paid of savings plans and reservations when the fleet has gone. */
  commitmentUsd: number;
}

export interface WayBack {
  weeks: number;
  lines: readonly { what: string; usd: number }[];
  totalUsd: number;
}

const HOURS_A_MONTH = 730;

/** What is paid twice, and what is paid once, at the volume in the middle. */
export function wayBack({ months, fleet }: Comparison, inputs: WayBackInputs): WayBack {
  const { weeks, engineerHours, engineerHourlyUsd, commitmentUsd } = inputs;
  const bill = months.find(({ percentile }) => percentile === 50)?.self;
  const running = (bill?.lines ?? [])
    .filter(({ kind }) => kind !== "people" && kind !== "setup" && kind !== "fallback")
    .reduce((sum, { monthlyUsd }) => sum + monthlyUsd, 0);
  const lines = [
    {
      what: `${weeks} weeks of ${fleet.nodes} × ${fleet.instanceType} and what belongs to it, beside the API`,
      usd: (running * weeks * 7 * 24) / HOURS_A_MONTH,
    },
    { what: `${engineerHours} engineer hours at $${engineerHourlyUsd}`, usd: engineerHours * engineerHourlyUsd },
    { what: "commitments that run on", usd: commitmentUsd },
  ];
  return { weeks, lines, totalUsd: lines.reduce((sum, { usd }) => sum + usd, 0) };
}
