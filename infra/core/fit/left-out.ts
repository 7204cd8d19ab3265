import type { FitQuestion } from "./fit";
import { uncounted } from "./flags";

/** What the count of a fit leaves out, in words for whoever reads its answer. */
export function leftOut({ architecture, flags }: Pick<FitQuestion, "architecture" | "flags">): string[] {
  const { more, less } = uncounted(flags);
  return [
    ...(architecture.name.endsWith("ForConditionalGeneration")
      ? ["text only: memory for pictures is not counted"]
      : []),
    ...(more.length > 0 ? [`needs more than is counted: ${more.join(", ")}`] : []),
    ...(less.length > 0 ? [`needs less than is counted: ${less.join(", ")}`] : []),
  ];
}
