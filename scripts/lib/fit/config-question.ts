import { recordedMinors } from "../../../infra/core/engine/flags";
import type { Problem } from "../../../infra/core/errors";
import { familyProblem } from "../../../infra/core/fit/architecture";
import type { Config } from "../../../infra/core/fit/config-json";
import { familyOf } from "../../../infra/core/fit/families";
import type { FitQuestion } from "../../../infra/core/fit/fit";
import { countedBytes } from "../../../infra/core/fit/parameters";
import { jsonOf, modelFacts } from "../sources/model-config";

/** What a config.json alone asks of a GPU, with vLLM's own defaults. */

/** The engine that is assumed where nothing names one: the newest whose flags are recorded. */
const newestEngine = (): string => `${recordedMinors().at(-1)}.0`;

/** All but the size of the weights. */
export type Read = Omit<FitQuestion, "storedBytes">;

/** Architecture and quantisation of a known family, or why there are none. */
export function readConfig(text: string): Read | Problem[] {
  // Whether it may run is pin's question; here nothing is run.
  const facts = modelFacts(text, true);
  if (Array.isArray(facts)) return facts;
  if (familyOf(facts.architecture) === undefined) return [familyProblem(facts.architecture.name)];
  return { ...facts, engineVersion: newestEngine(), flags: {} };
}

/** The weights counted by their parameters. */
export function countedQuestion(text: string): FitQuestion | Problem[] {
  const read = readConfig(text);
  if (Array.isArray(read)) return read;
  const storedBytes = countedBytes(jsonOf(text) as Config, read.architecture);
  return typeof storedBytes === "number" ? { ...read, storedBytes } : [storedBytes];
}
