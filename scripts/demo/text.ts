import { machineLine } from "../bench/machine";
import { table } from "../lib/report";
import type { DemoResult } from "./demo";

const ms = (value: number): string => `${Math.round(value)} ms`;

/** The demo's result for a terminal of 80 columns. */
export function demoText({ machine, answers, events, verdict }: DemoResult): string {
  const said = answers.map(({ when, release, answer }) => [
    when,
    `${release} (${answer.release})`,
    JSON.stringify(answer.text.trim().slice(0, 28)),
  ]);
  const flips = events.map(({ name, seconds }, i) => [
    name,
    `${seconds.toFixed(1)} s`,
    ms(verdict.flips[i]?.lastStartMs ?? Number.NaN),
  ]);
  return [
    table([["answered", "by", "text at temperature 0"], ...said]),
    "",
    table([["under load", "command", "last request started on the old release"], ...flips]),
    "",
    `${verdict.requests} streamed requests at ${verdict.rate.toFixed(0)}/s: ${verdict.lost} lost, ` +
      `${verdict.wrongRelease} from the wrong release,`,
    `first text p50 ${ms(verdict.firstTextMs.p50)}, p99 ${ms(verdict.firstTextMs.p99)}; ` +
      `${(verdict.intendedLoad * 100).toFixed(1)} % were sent in time.`,
    `Measured ${machineLine(machine)}.`,
  ].join("\n");
}

/** How to go on by hand; the key stays in the cluster and is read by the command. */
export const howToTalk = (url: string, policy: string): string =>
  [
    "It is left running. Talk to it:",
    "",
    `  curl ${url}/chat/completions \\`,
    `    -H "Authorization: Bearer $(npx homeport local key ${policy})" \\`,
    "    -H 'content-type: application/json' \\",
    `    -d '{"model":"chat","messages":[{"role":"user","content":"hello"}],"max_tokens":16}'`,
    "",
    "or with an OpenAI client:",
    "",
    `  export OPENAI_BASE_URL=${url}`,
    `  export OPENAI_API_KEY=$(npx homeport local key ${policy})`,
    "",
    "End it: npx homeport local down",
  ].join("\n");
