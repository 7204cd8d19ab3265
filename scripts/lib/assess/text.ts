import type { DecisionReport } from "../../../infra/core/decision/report";
import { VERDICT, verdictCard } from "../decide/verdict-card";
import { shortened, table, wrapped } from "../report";
import { dollars, short } from "../report-page/numbers";
import type { Assessment } from "./assess";
import type { BillAssessment } from "./assess-bill";

/** Savings before verdicts: they need no GPU. */
export function assessmentText(assessment: Assessment | BillAssessment): string {
  const { usage, workloads, unpriced, assumptions } = assessment;
  const bill = "bill" in assessment ? assessment.bill : undefined;
  const rows = workloads.map(({ name, requestsPerMonth, apiMonthlyUsd, report }) => [
    shortened(name, 32),
    short(requestsPerMonth),
    dollars(apiMonthlyUsd),
    bill?.open.includes(name) ? "OPEN, see below" : VERDICT[report.verdict.verdict],
  ]);
  const savings = workloads.flatMap(({ name, report }) =>
    (report.comparisons[0]?.savings ?? [])
      .slice(0, 2)
      .map(
        ({ what, savedUsd, provided }) =>
          `- ${name}: ${what} saves ${dollars(savedUsd)} a month, provided: ${provided}`,
      ),
  );
  const [largest] = workloads;
  return [
    wrapped(`${usage.source}, ${usage.from} to ${usage.to}`),
    "",
    table([["MODEL", "REQUESTS", "USD A MONTH", "VERDICT"], ...rows], [1, 2]),
    ...unpriced.map((name) => wrapped(`no price is known for ${name}: not counted, and not 0`)),
    ...(bill === undefined ? [] : billText(bill, largest?.name ?? "")),
    ...(savings.length > 0 ? ["", "first, without a GPU", ...savings.map((line) => wrapped(line))] : []),
    "",
    "assumed",
    ...assumptions.map((text) => wrapped(`- ${text}`)),
    ...(largest
      ? [
          "",
          bill === undefined ? "the largest" : "the largest, by the first guess",
          verdictCard(withoutSavings(largest.report)),
        ]
      : []),
  ].join("\n");
}

/** They are said above, of every model. */
const withoutSavings = (report: DecisionReport): DecisionReport => ({
  ...report,
  comparisons: report.comparisons.map((comparison) => ({ ...comparison, savings: [] })),
});

/** The range: what each guess of what the dollars do not say would make of it. */
function billText({ guesses, open, otherUsd }: BillAssessment["bill"], name: string): string[] {
  const rows = guesses.map(({ tokensPerRequest, inputPerOutput, ...guess }) => [
    tokensPerRequest === undefined ? "known" : short(tokensPerRequest),
    inputPerOutput === undefined ? "known" : `${inputPerOutput}:1`,
    short(guess.inputTokensMonthly),
    short(guess.outputTokensMonthly),
    guess.selfMonthlyUsd === undefined ? "-" : dollars(guess.selfMonthlyUsd),
    VERDICT[guess.verdict],
  ]);
  return [
    ...(otherUsd > 0
      ? [wrapped(`${dollars(otherUsd)} of it are no tokens (searches, tools, storage): not counted`)]
      : []),
    "",
    wrapped(`what the bill does not say, and what each guess of it makes of ${name}`),
    table([["A REQUEST", "IN:OUT", "IN A MONTH", "OUT A MONTH", "OWN USD", "VERDICT"], ...rows], [0, 1, 2, 3, 4]),
    wrapped(
      open.length === 0
        ? `${guesses.length === 1 ? "no guess is needed" : `all ${guesses.length} guesses agree`}`
        : `they do not agree on ${open.join(", ")}: dollars alone cannot decide it; export the usage, with requests`,
    ),
  ];
}
