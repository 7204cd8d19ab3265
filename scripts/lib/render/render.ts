import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { readSections, readStack } from "../../../infra/config/read-stack";
import type { LoadedStack } from "../../../infra/config/schema";
import { InputError } from "../../../infra/core/errors";
import { refusals } from "../../../infra/values/aws/refusals";
import { describeStack } from "../../../infra/values/stack-outputs";
import { evaluateProgram } from "./evaluate-program";
import type { PlannedResource } from "./recorder";
import { type RenderedObject, renderedObjects } from "./rendered-objects";
import { type ThirdPartyRelease, thirdPartyReleases } from "./third-party";

/** Everything that `pulumi up` would create for one environment, sorted by URN, with no secret in it. */
export interface RenderedStack {
  environment: string;
  plan: PlannedResource[];
  /** Our charts' objects, in the order in which they are applied. */
  objects: RenderedObject[];
  /** Charts that Helm installs; their pods are not among `objects` and were not checked. */
  charts: ThirdPartyRelease[];
  warnings: string[];
}

const ROOT = resolve(__dirname, "../../..");

/** Renders `stacks/Pulumi.<environment>.yaml`: no Pulumi CLI, no credentials, no network. Same input, same bytes. */
export async function renderStack(
  environment: string,
  { preview = false, root = ROOT, evaluate = evaluateProgram } = {},
): Promise<RenderedStack> {
  const stack = readStack(root, environment);
  // The program would refuse it with the same words, but from another process and as its failure.
  const refused = refusals(stack);
  if (refused.length > 0) throw new InputError(refused);
  const resources = await evaluate({
    root,
    project: projectName(root),
    stack: environment,
    config: pulumiConfig(root, environment),
    preview,
  });
  return fromResources(stack, resources);
}

/** The evaluated program as an answer. */
function fromResources(stack: LoadedStack, resources: readonly PlannedResource[]): RenderedStack {
  const plan = [...resources].sort((a, b) => (a.urn < b.urn ? -1 : a.urn > b.urn ? 1 : 0));
  const { warning } = describeStack(stack);
  return {
    environment: stack.name,
    plan,
    objects: renderedObjects(plan),
    charts: thirdPartyReleases(plan),
    warnings: [...stack.warnings, ...(warning === undefined ? [] : [warning])],
  };
}

const projectName = (root: string): string =>
  (parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as { name: string }).name;

/** The stack file's sections as the Pulumi CLI passes them; encrypted leaves stay encrypted, so nothing is revealed. */
function pulumiConfig(root: string, environment: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(readSections(root, environment)).map(([section, value]) => [
      `homeport:${section}`,
      JSON.stringify(value),
    ]),
  );
}
