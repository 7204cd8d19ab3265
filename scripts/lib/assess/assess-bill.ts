import { daysOf, monthly } from "../../../infra/core/economics/demand";
import type { Usage } from "../../../infra/core/economics/usage";
import { InputError } from "../../../infra/core/errors";
import { grouped } from "../../../infra/core/numbers";
import { priceNamed } from "../decide/price-named";
import { ASSUMED_PEAK } from "../usage/rhythm";
import { type AssessedWorkload, type Assessment, type AssessOptions, assess } from "./assess";
import { type Bill, type Guess, guessesFor, usageOf } from "./bill";

/** From dollars alone to a recommendation, for each guess of what the dollars do not say. */

export interface BillAssessment extends Assessment {
  bill: {
    /** All of it, in the period. */
    usd: number;
    /** Of it, what is no tokens: searches, storage, tools. Left as it is, whatever is decided. */
    otherUsd: number;
    /** Whether the tokens are counted by the bill, come out of the dollars of each kind, or out of totals. */
    tokensFrom: "counts" | "kinds" | "totals";
    /** Of the dearest model, the middle guess first. */
    guesses: readonly GuessedCost[];
    /** Models whose verdict is not the same for every guess. */
    open: readonly string[];
  };
}

interface GuessedCost extends Guess {
  requestsMonthly: number;
  inputTokensMonthly: number;
  outputTokensMonthly: number;
  /** Left out: nothing that fits was found. */
  selfMonthlyUsd?: number;
  verdict: AssessedWorkload["report"]["verdict"]["verdict"];
}

export function assessBill(
  bill: Bill,
  options: Omit<AssessOptions, "billedUsd"> & { requests?: number },
): BillAssessment {
  const { requests } = options;
  const priceOf = (model: string) => priceNamed(model, bill.source);
  requireModels(bill);
  const of = (only: (line: Bill["lines"][number]) => boolean): number =>
    bill.lines.filter(only).reduce((sum, { usd }) => sum + usd, 0);
  const billedUsd = of(({ kind, model }) => kind !== "other" && model !== undefined && priceOf(model) !== undefined);
  const guesses = guessesFor(bill, requests);
  const assessed = guesses.map((guess) => {
    const usage = usageOf(bill, priceOf, guess, requests);
    return {
      guess,
      usage,
      assessment: assess(usage, { ...options, ...(billedUsd > 0 ? { billedUsd } : {}), ...priceNote(bill) }),
    };
  });
  const [middle] = assessed as [(typeof assessed)[number]];
  const { workloads } = middle.assessment;
  const named = new Set(bill.lines.flatMap(({ model, kind }) => (kind === "other" ? [] : (model ?? []))));
  const verdicts = (name: string) =>
    new Set(assessed.map(({ assessment }) => verdictOf(assessment, name)?.report.verdict.verdict));
  return {
    ...middle.assessment,
    unpriced: [...named].filter((model) => priceOf(model) === undefined).sort(),
    assumptions: [...middle.assessment.assumptions, ...billAssumptions(bill, middle.guess)],
    bill: {
      usd: of(() => true),
      otherUsd: of(({ kind }) => kind === "other"),
      tokensFrom: tokensFrom(bill),
      guesses: assessed.flatMap(({ guess, usage, assessment }) => {
        const found = verdictOf(assessment, workloads[0]?.name);
        return found === undefined ? [] : [guessedCost(guess, usage, found)];
      }),
      open: workloads.map(({ name }) => name).filter((name) => verdicts(name).size > 1),
    },
  };
}

const verdictOf = ({ workloads }: Assessment, name: string | undefined) => workloads.find((one) => one.name === name);

function guessedCost(guess: Guess, usage: Usage, { name, requestsPerMonth, report }: AssessedWorkload): GuessedCost {
  const middle = report.comparisons[0]?.months.find(({ percentile }) => percentile === 50);
  const tokens = usage.workloads.find((one) => one.name === name);
  const aMonth = (total: number | undefined) => monthly(total ?? 0, daysOf(usage));
  return {
    ...guess,
    requestsMonthly: requestsPerMonth,
    inputTokensMonthly: aMonth(tokens?.inputTokens),
    outputTokensMonthly: aMonth(tokens?.outputTokens),
    ...(middle ? { selfMonthlyUsd: middle.self.monthlyUsd } : {}),
    verdict: report.verdict.verdict,
  };
}

function tokensFrom({ lines }: Bill): BillAssessment["bill"]["tokensFrom"] {
  const paid = lines.filter(({ kind }) => kind !== "other");
  if (paid.some(({ kind }) => kind === "all")) return "totals";
  return paid.every(({ tokens }) => tokens !== undefined) ? "counts" : "kinds";
}

/** Tokens that come out of the dollars by the list price cannot say what of the list price was paid. */
const priceNote = (bill: Bill): { priceNote?: string } =>
  tokensFrom(bill) === "counts" || bill.lines.some(({ listUsd }) => listUsd !== undefined)
    ? {}
    : {
        priceNote:
          "tokens are the bill's dollars over the list price; at a discount they are more: by 25 % where it was 20 %, " +
          "and an older price moves them alike",
      };

function billAssumptions(bill: Bill, { tokensPerRequest, inputPerOutput }: Guess): string[] {
  return [
    ...(bill.unknown === 0 ? [] : [`rows of the bill that were not understood, and are not counted: ${bill.unknown}`]),
    ...(tokensFrom(bill) === "counts" ? ["tokens as the bill counts them"] : []),
    ...(inputPerOutput === undefined
      ? []
      : [`${inputPerOutput} input tokens to one of output, none from a cache or at a batch price`]),
    ...(tokensPerRequest === undefined ? [] : [`${tokensPerRequest} tokens a request: no bill counts requests`]),
    `the busiest hour has ${ASSUMED_PEAK} times the average: a bill knows days at best`,
  ];
}

function requireModels({ lines, source, from, to }: Bill): void {
  const nameless = lines.filter(({ kind, model }) => kind !== "other" && model === undefined);
  if (nameless.length === 0) return;
  const usd = nameless.reduce((sum, line) => sum + line.usd, 0);
  throw new InputError([
    {
      path: "--model",
      given: `$${grouped(usd, 2)} of ${source} from ${from} to ${to} without a model`,
      allowed: "which model they were paid for",
      fix: "add --model <name>, or group the report: group_by=line_item (OpenAI), group_by[]=description (Anthropic)",
    },
  ]);
}
