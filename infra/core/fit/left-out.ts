import { compareMinors, minorOf, recordedMinors } from "../engine/flags";
import type { FitQuestion } from "./fit";
import { uncounted } from "./flags";

/** What the count of a fit leaves out, in words for whoever reads its answer. */
export function leftOut({ architecture, flags, engineVersion }: FitQuestion): string[] {
  const { more, less } = uncounted(flags);
  const newest = recordedMinors().at(-1)!;
  return [
    ...(compareMinors(minorOf(engineVersion), newest) > 0
      ? [`vLLM ${engineVersion} is not known here: counted as ${newest}`]
      : []),
    ...(architecture.name.endsWith("ForConditionalGeneration")
      ? ["text only: memory for pictures is not counted"]
      : []),
    ...(more.length > 0 ? [`needs more than is counted: ${more.join(", ")}`] : []),
    ...(less.length > 0 ? [`needs less than is counted: ${less.join(", ")}`] : []),
  ];
}
