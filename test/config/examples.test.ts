import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../infra/config/parse";
import { environmentNames, readStack } from "../../infra/config/read-stack";
import { parseStackFile } from "../../infra/config/stack-file";
import { problemLines, stackFolder, TODAY } from "../support/stack-folder";

const ROOT = join(__dirname, "../..");
const EXAMPLES = readdirSync(join(ROOT, "stacks/examples"));

/** Lines that say something, without the comments behind them. */
const ordinary = (text: string): string[] =>
  text
    .split("\n")
    .filter((line) => !/^\s*(#|$)/.test(line))
    .map((line) => line.replace(/ #.*/, ""));

it("has an example for each way to run", () => {
  expect(EXAMPLES.sort()).toEqual([
    "airgapped.yaml",
    "capacity-ladder.yaml",
    "eu.yaml",
    "existing-vpc.yaml",
    "kubernetes.yaml",
    "minimal.yaml",
    "spot.yaml",
  ]);
});

describe.each(EXAMPLES)("stacks/examples/%s", (file) => {
  const text = readFileSync(join(ROOT, "stacks/examples", file), "utf8");

  it("has at most 15 ordinary lines of config", () => {
    expect(ordinary(text).length).toBeLessThanOrEqual(15);
    for (const line of ordinary(text)) expect(line.length).toBeLessThanOrEqual(100);
  });

  it("starts with the line that tells editors its schema", () => {
    expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=../stack.schema.json");
  });

  it("has nothing wrong but the release that is still to be pinned", () => {
    const read = parseStackFile(file, new TextEncoder().encode(text));
    if ("problems" in read) throw new Error(JSON.stringify(read.problems));
    const { config, problems } = parseConfig({ name: "example", sections: read.sections, sealed: new Set() });
    expect(problems).toEqual([]);
    expect(config?.models.chat?.live).toBe("v1");
    const folder = stackFolderWith(text);
    expect(problemLines(folder, "example")).toEqual([
      "models.chat.releases.v1: a placeholder of zeros; the id that `homeport pin` writes here; homeport pin chat v1 hf://<org>/<model>@main --stack <env>",
    ]);
  });
});

const scratch = stackFolder();
function stackFolderWith(text: string): string {
  scratch.write("stacks/Pulumi.example.yaml", text);
  return scratch.root;
}

it("has an environment for each stage of a release's way", () => {
  expect(environmentNames(ROOT)).toEqual(["airgapped", "dev", "local", "prod", "staging"]);
});

describe.each(environmentNames(ROOT))("stacks/Pulumi.%s.yaml", (name) => {
  const lines = ordinary(readFileSync(join(ROOT, `stacks/Pulumi.${name}.yaml`), "utf8"));

  it("loads without a problem", () => {
    expect(problemLines(ROOT, name)).toEqual([]);
  });

  it("has at most 30 lines of at most 100 columns", () => {
    expect(lines.length).toBeLessThanOrEqual(30);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  });
});

it("is frozen, complete and the same bytes whatever the order of keys", () => {
  const stack = readStack(ROOT, "local", TODAY);
  expect(() => Reflect.set(stack.config.models.chat!, "live", "r2")).not.toThrow();
  expect(stack.config.models.chat?.live).toBe("r1");
  expect(Object.isFrozen(stack.releases.chat?.r1?.content.weights.files)).toBe(true);
  const text = readFileSync(join(ROOT, "stacks/Pulumi.local.yaml"), "utf8");
  const read = parseStackFile("local", new TextEncoder().encode(text));
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  const reversed = Object.fromEntries(Object.entries(read.sections).reverse());
  const parsed = parseConfig({ name: "local", sections: reversed, sealed: new Set() });
  expect(JSON.stringify(parsed.config)).toBe(JSON.stringify(stack.config));
});
