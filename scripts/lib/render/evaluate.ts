import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type PlannedResource, Recorder } from "./recorder";

/** What the parent process asks for. */
export interface EvaluationRequest {
  root: string;
  project: string;
  stack: string;
  /** Pulumi config as the CLI would hand it over: full key -> text. */
  config: Record<string, string>;
  preview: boolean;
}

export type EvaluationAnswer = { resources: PlannedResource[] } | { failure: string };

// The SDK notes a stack trace for every resource and promise; they would take most of a render's time.
process.setSourceMapsEnabled(false);
if (!process.env.HOMEPORT_DEBUG) Error.stackTraceLimit = 0;

/**
 * Runs the program against the SDK's own mock monitor, in a process of its own: the SDK keeps its state in globals and
 * a program may run only once per process.
 */
async function evaluate({ root, project, stack, config, preview }: EvaluationRequest): Promise<PlannedResource[]> {
  const recorder = new Recorder(preview);
  await pulumi.runtime.setMocks(recorder, project, stack, preview);
  pulumi.runtime.setAllConfig(config);
  const program = join(root, "infra/index.ts");
  delete require.cache[program];
  await pulumi.runtime.runInPulumiStack(async () => require(program));
  await pulumi.runtime.disconnect();
  return recorder.resources;
}

// Whatever of the SDK is still open: without a parent there is nobody left to answer.
process.once("disconnect", () => process.exit());

/** One program after another: the SDK and our functions stay loaded, the program itself runs anew. */
process.on("message", (request: EvaluationRequest) => {
  evaluate(request)
    .then((resources): EvaluationAnswer => ({ resources }))
    .catch(
      (error): EvaluationAnswer => ({ failure: error instanceof Error ? (error.stack ?? error.message) : `${error}` }),
    )
    .then((answer) => process.send?.(answer));
});
