import { OperationError } from "../../infra/core/errors";
import { type BenchEvent, promote, rollback } from "../bench/events";
import type { LoadPlan } from "../bench/load";
import { startLoad } from "../bench/load-client";
import { type Machine, machine } from "../bench/machine";
import { findTarget, pointers, type Target } from "../bench/target";
import { judge, type Verdict } from "../bench/verdict";
import { step } from "../lib/report";
import { sleep } from "../local/command";
import { LOCAL_STACK } from "../local/layout";
import { type Answer, ask } from "./ask";

const MODEL = "chat";
const QUESTION = "Who answers?";
const TOKENS = 16;
/** Between two events, so that both releases answer for a while. */
const PAUSE_MS = 4000;
const REQUESTS_PER_SECOND = 10;

export interface DemoResult {
  machine: Machine;
  target: Target;
  /** What was asked and answered: before, after the promote, after the rollback. */
  answers: { when: string; release: string; answer: Answer }[];
  events: BenchEvent[];
  verdict: Verdict;
}

/** Promotes the release that waits and rolls it back, under streamed load. Leaves the model as it was before. */
export async function demo(): Promise<DemoResult> {
  const target = await findTarget(LOCAL_STACK, MODEL);
  const { live, other, shortOf } = pointers(LOCAL_STACK, MODEL);
  const answers: DemoResult["answers"] = [];
  const question = async (when: string, release: string): Promise<void> => {
    answers.push({ when, release, answer: await ask(target, QUESTION, TOKENS) });
  };

  await step("ask a question", 1, () => question("before", live));
  const load = startLoad(planOf(target));
  try {
    await sleep(PAUSE_MS);
    const promoted = await step(`promote ${other}, under load`, 3, () => promote(target));
    await sleep(PAUSE_MS);
    await question(`${other} promoted`, other);
    const back = await step(`roll back to ${live}, under load`, 3, () => rollback(target));
    await sleep(PAUSE_MS);
    await question("rolled back", live);
    const events = [promoted, back];
    const flips = events.flatMap(({ flip }) => (flip ? [flip] : []));
    const verdict = judge(await load.stop(), shortOf(live), flips);
    return { machine: machine(), target, answers, events, verdict };
  } finally {
    load.kill();
  }
}

const planOf = ({ url, key, model }: Target): LoadPlan => ({
  url,
  key,
  model,
  rate: REQUESTS_PER_SECOND,
  arrivals: "even",
  prompt: QUESTION,
  tokens: TOKENS,
  longEvery: 0,
  longSeconds: 0,
  longTokens: 0,
  maxTokens: TOKENS,
  idleMs: 30_000,
});

/** What the demo promises; a demo that shows something else has failed. */
function failures({ answers, events, verdict }: DemoResult): string[] {
  const [before, promoted, back] = answers.map(({ answer }) => answer);
  const checks: [boolean, string][] = [
    [verdict.lost === 0, `${verdict.lost} of ${verdict.requests} requests were lost`],
    [verdict.wrongRelease === 0, `${verdict.wrongRelease} answers came from the wrong release`],
    [events.every(({ proved }) => proved), "a change left no trace in the route's generation"],
    [before?.text !== promoted?.text, "both releases gave the same answer"],
    [before?.text === back?.text && before?.release === back?.release, "the old weights do not answer again"],
  ];
  return checks.flatMap(([holds, failure]) => (holds ? [] : [failure]));
}

export function assertShown(result: DemoResult): void {
  const failed = failures(result);
  if (failed.length > 0) throw new OperationError(failed.join("; "), "see homeport local logs");
}
