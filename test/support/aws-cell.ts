import * as pulumi from "@pulumi/pulumi";
import type { AwsCell } from "../../infra/components/aws/cell";
import { parseConfig } from "../../infra/config/parse";
import type { PinnedReleases, StackConfig } from "../../infra/config/schema";
import { InputError } from "../../infra/core/errors";
import { Recorder } from "../../scripts/lib/render/recorder";
import { Plan } from "./plan";

/** Sections of a stack file as its YAML reads; `environment` has what every AWS environment needs. */
export type Sections = Record<string, unknown>;

export const ACCOUNT = "123456789012";

/** A config on platform aws with all its defaults; the rules over several values are not asked. */
export function awsConfig({ environment = {}, ...sections }: Sections = {}): StackConfig {
  const { config, problems } = parseConfig({
    name: "prod",
    sections: {
      environment: { platform: "aws", owner: "ml-platform", account: ACCOUNT, ...(environment as object) },
      regions: ["us-east-1"],
      ...sections,
    },
    sealed: new Set(),
  });
  if (config === undefined || problems.length > 0) throw new InputError(problems);
  return config;
}

/** What the components of one region's AWS half are given. */
export const awsCell = (sections: Sections = {}, releases: PinnedReleases = {}): AwsCell => {
  const config = awsConfig(sections);
  const region = config.regions[0] ?? "";
  return { region, place: { environment: "prod", account: ACCOUNT, region }, config, releases };
};

/**
 * What a few components register, without a process of their own: well below a second after the SDK is loaded. Components hang
 * under `parent`, as they do under a Foundation. For a whole stack with its program use renderStack.
 */
export async function registered(
  build: (parent: pulumi.ComponentResource) => unknown,
  { preview = false } = {},
): Promise<Plan> {
  const recorder = new Recorder(preview);
  await pulumi.runtime.setMocks(recorder, "homeport", "prod", preview);
  // The SDK notes a stack with every promise, and jest maps each of its lines: most of the time that a component would take.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    build(new pulumi.ComponentResource("homeport:test:Parent", "parent"));
    await pulumi.runtime.disconnect(); // waits for everything that is under way
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return new Plan(recorder.resources);
}
