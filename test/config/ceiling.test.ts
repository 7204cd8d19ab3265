import * as pulumi from "@pulumi/pulumi";
import { loadStack } from "../../infra/config/load";
import { refusals } from "../../infra/values/aws/refusals";
import { releaseFile } from "../support/releases";
import { goodSections, stackFolder, writeStack } from "../support/stack-folder";

/** What a stack costs is asked before any resource exists, on the same way as `pulumi up`. */

const folder = stackFolder();
const r1 = releaseFile();

function load(ceilingUsd: number) {
  const sections = { ...goodSections(r1), budget: { ceilingUsd } };
  writeStack(folder, sections, { chat: { r1 } });
  const newResource = () => {
    throw new Error("a resource was made");
  };
  pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "homeport", "test");
  const texts = Object.entries(sections).map(([key, value]) => [`homeport:${key}`, JSON.stringify(value)]);
  pulumi.runtime.setAllConfig(Object.fromEntries(texts), []);
  return loadStack({ root: folder.root, refuse: refusals });
}

it("refuses a stack above its ceiling with a sentence and no resource", () => {
  expect(() => load(1000)).toThrow(pulumi.RunError);
  expect(() => load(1000)).toThrow(
    /^1 problem; nothing was changed:\n {2}budget\.ceilingUsd: 1,000 USD, and this stack/,
  );
});

it("loads a stack below it", () => {
  expect(load(100_000).config.budget.ceilingUsd).toBe(100_000);
});
