import type { LoadedStack } from "../../../infra/config/schema";
import { daysOf } from "../../../infra/core/economics/demand";
import type { Usage, Workload } from "../../../infra/core/economics/usage";
import { InputError } from "../../../infra/core/errors";
import { ASSUMED_DEMAND, type Demand } from "./assumptions";

/** What a usage file asks of each model. A workload is of the model of its name; with one model all are its own. */
export function demandsOf(
  usage: Usage | undefined,
  { config }: Pick<LoadedStack, "config">,
): (model: string) => Demand {
  if (usage === undefined) return () => ASSUMED_DEMAND;
  const models = Object.keys(config.models);
  const of = (model: string): readonly Workload[] =>
    models.length === 1 ? usage.workloads : usage.workloads.filter(({ name }) => name === model);
  const stray = models.length === 1 ? [] : usage.workloads.filter(({ name }) => !models.includes(name));
  if (stray.length > 0)
    throw new InputError(
      stray.map(({ name }) => ({
        path: "--usage workloads",
        given: name,
        allowed: `with several models a workload has the name of one: ${models.join(", ")}`,
        fix: "rename the workload, or leave it out of the file",
      })),
    );
  const seconds = daysOf(usage) * 86_400;
  return (model) => demandOf(of(model), seconds, usage);
}

function demandOf(workloads: readonly Workload[], seconds: number, { source, from, to }: Usage): Demand {
  const sum = (of: (one: Workload) => number) => workloads.reduce((total, one) => total + of(one), 0);
  const [requests, inputTokens, cachedInputTokens, outputTokens] = [
    sum((one) => one.requests),
    sum((one) => one.inputTokens),
    sum((one) => one.cachedInputTokens),
    sum((one) => one.outputTokens),
  ];
  if (requests === 0 || outputTokens === 0)
    return { ...ASSUMED_DEMAND, source: "assumed: the usage file asks nothing of it" };
  return {
    request: {
      inputTokens: inputTokens / requests,
      cachedInputTokens: cachedInputTokens / requests,
      outputTokens: outputTokens / requests,
    },
    outputTokensPerSecond: outputTokens / seconds,
    source: `${source}, ${from} to ${to}`,
  };
}
