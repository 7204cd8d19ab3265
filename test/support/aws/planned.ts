import type { PlannedResource } from "../../../scripts/lib/render/recorder";

/** One resource as a plan has it, with the inputs that a test is about. */
export const planned = (type: string, name: string, inputs: Record<string, unknown>): PlannedResource => ({
  urn: `urn:pulumi:test::homeport::${type}::${name}`,
  type,
  name,
  parent: "",
  provider: "urn:pulumi:test::homeport::pulumi:providers:aws::us-east-1",
  inputs,
  dependencies: [],
  protect: false,
  retainOnDelete: false,
});
