import { VERDICT, verdictCard } from "../decide/verdict-card";
import { shortened, table, wrapped } from "../report";
import { dollars, short } from "../report-page/numbers";
import type { Assessment } from "./assess";

/** Savings before verdicts: they need no GPU. */
export function assessmentText({ usage, workloads, unpriced, assumptions }: Assessment): string {
  const rows = workloads.map(({ name, requestsPerMonth, apiMonthlyUsd, report }) => [
    shortened(name, 32),
    short(requestsPerMonth).padStart(9),
    dollars(apiMonthlyUsd).padStart(12),
    VERDICT[report.verdict.verdict],
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
    table([["MODEL", "REQUESTS".padStart(9), "USD A MONTH".padStart(12), "VERDICT"], ...rows]),
    ...unpriced.map((name) => wrapped(`no price is known for ${name}: not counted, and not 0`)),
    ...(savings.length > 0 ? ["", "first, without a GPU", ...savings.map((line) => wrapped(line))] : []),
    "",
    "assumed",
    ...assumptions.map((text) => wrapped(`- ${text}`)),
    ...(largest ? ["", "the largest", verdictCard(largest.report)] : []),
  ].join("\n");
}
