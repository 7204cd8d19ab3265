import { findApiPrice, retirementOf } from "../../../infra/core/catalogue/api-prices";
import { PRESET, type PresetName } from "../../../infra/core/decision/presets";
import { mayLeave } from "../../../infra/core/decision/providers";
import type { Usage } from "../../../infra/core/economics/usage";
import { priceNamed } from "./price-named";

const SAME_WEIGHTS = { provider: "bedrock", model: "openai.gpt-oss-120b-1:0" };

/** Of a family whose newest the catalogue knows by its number; any other would do as an example. */
function newestFrontier(): { provider: string; model: string } {
  const found = findApiPrice("claude-opus");
  return (found.kind === "priced" ? found.prices[0] : undefined) ?? SAME_WEIGHTS;
}

interface RivalName {
  provider: string;
  model: string;
}

/** What the recorded usage was asked of, where its price is known and it is still sold: each once. */
export function rivalsUsed({ workloads, source }: Pick<Usage, "workloads" | "source">, today: string): RivalName[] {
  const prices = workloads.flatMap(({ name }) => priceNamed(name, source) ?? []);
  return [...new Set(prices)]
    .filter((price) => retirementOf(price, today)?.level !== "error")
    .map(({ provider, model }) => ({ provider, model }));
}

/**
 * A decision file to be corrected line by line: the preset's answers, what is used today, and examples for what only its
 * owner knows.
 */
export function decisionFromPreset(name: string, preset: PresetName, used: readonly RivalName[]): string {
  const { what, dataClass, answers, objectives } = PRESET[preset];
  const ttft = objectives.ttftMs === undefined ? "" : `objectives: { ttftMs: ${objectives.ttftMs} }\n`;
  const leaves = mayLeave(dataClass);
  const example = answers.needsFrontier ? newestFrontier() : SAME_WEIGHTS;
  const rivals = [...used, example].filter(
    (one, i, all) => all.findIndex(({ provider, model }) => provider === one.provider && model === one.model) === i,
  );
  const agreements = [...new Set(rivals.map(({ provider }) => provider))].map(
    (provider) => `  ${provider}:
    dpa: { url: https://…, reviewedOn: YYYY-MM-DD, retentionDays: 0, region: us-east-1 }
`,
  );
  const providers = leaves
    ? `# Read the data-processing agreement, then write down what it says; without it internal data may not go there.
providers:
${agreements.join("")}`
    : "";
  return `# yaml-language-server: $schema=../decision.schema.json
# ${name}: an API or own models? From the preset ${preset}: ${what}. Correct every line, then: homeport decide ${name}
usage: usage/${name}.json   # written by: homeport usage record
region: us-east-1
data: { class: ${dataClass}, mayLeave: ${leaves} }
answers: { mlCapacity: ${answers.mlCapacity}, needsFrontier: ${answers.needsFrontier}, weeksAcceptable: ${answers.weeksAcceptable} }
${ttft}# Of what would do, the cheapest is the one to beat: what you use today, and a host of the same open weights.
rivals:
${rivals.map(({ provider, model }) => `  - { provider: ${provider}, model: "${model}" }\n`).join("")}candidates:
  - { model: openai/gpt-oss-120b }
people: { hoursMonthly: 80, usdPerHour: 90 }
setup: { months: 2, monthlyUsd: 15000 }
${providers}`;
}
