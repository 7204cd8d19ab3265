import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv from "ajv";
import { parse } from "yaml";
import { StackSchema } from "../../infra/config/schema";
import { generatedFiles } from "../../scripts/commands/gen";
import { settle } from "../../scripts/gen/generated-file";

const ROOT = join(__dirname, "../..");
const schema = JSON.parse(generatedFiles().find(({ path }) => path === "stacks/stack.schema.json")?.text ?? "");
const valid = new Ajv({
  strict: true,
  allowUnionTypes: true,
  formats: { uri: true, date: true, "date-time": true, email: true },
}).compile(schema);

it("has fresh files in the repository", () => {
  expect(settle(ROOT, generatedFiles(), true)).toEqual([]);
});

it("is the same every time", () => {
  expect(generatedFiles()).toEqual(generatedFiles());
});

it("writes what differs and nothing else, and with check nothing at all", () => {
  const root = mkdtempSync(join(tmpdir(), "homeport-gen-"));
  try {
    const files = [
      { path: "a/one.json", text: "1\n" },
      { path: "two.md", text: "2\n" },
    ];
    expect(settle(root, files, true)).toEqual(["a/one.json", "two.md"]);
    expect(readdirSync(root)).toEqual([]);
    expect(settle(root, files, false)).toEqual(["a/one.json", "two.md"]);
    expect(settle(root, [files[0]!, { path: "two.md", text: "changed\n" }], false)).toEqual(["two.md"]);
    expect(readFileSync(join(root, "two.md"), "utf8")).toBe("changed\n");
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

it("is checked by the command, which names no file and exits with 0", () => {
  const args = [join(ROOT, "scripts/homeport.cjs"), "gen", "--check", "--json"];
  const { files, stale } = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
  expect(stale).toEqual([]);
  expect(files).toEqual(expect.arrayContaining(["stacks/stack.schema.json", "charts/vllm/values.schema.json"]));
});

describe("the editor's schema", () => {
  const stack = (sections: object) => ({
    config: Object.fromEntries(
      Object.entries({ environment: { platform: "aws", owner: "me" }, ...sections }).map(([key, value]) => [
        `homeport:${key}`,
        value,
      ]),
    ),
  });

  it("has every section", () => {
    expect(Object.keys(schema.properties.config.properties)).toEqual(
      Object.keys(StackSchema.shape).map((section) => `homeport:${section}`),
    );
  });

  it("takes every stack and example that we ship", () => {
    const files = [
      ...readdirSync(join(ROOT, "stacks")).filter((file) => /^Pulumi\..*\.yaml$/.test(file)),
      ...readdirSync(join(ROOT, "stacks/examples")).map((file) => `examples/${file}`),
    ];
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const file of files) {
      valid(parse(readFileSync(join(ROOT, "stacks", file), "utf8")));
      expect({ file, errors: valid.errors }).toEqual({ file, errors: null });
    }
  });

  it("says at every key what it means", () => {
    const silent: string[] = [];
    const walk = (node: Record<string, unknown>, path: string): void => {
      for (const [key, child] of Object.entries((node.properties ?? {}) as Record<string, Record<string, unknown>>)) {
        if (child.description === undefined) silent.push(`${path}.${key}`);
        walk(child, `${path}.${key}`);
      }
      for (const inner of [node.additionalProperties, node.items])
        if (typeof inner === "object") walk(inner as Record<string, unknown>, `${path}.*`);
    };
    walk(schema, "");
    expect(silent).toEqual([]);
  });

  it("takes an encrypted secret and no plain one", () => {
    const policies = (key: unknown) => stack({ policies: { app: { models: ["chat"], clients: { web: { key } } } } });
    expect(valid(policies({ secure: "v1:abc" }))).toBe(true);
    expect(valid(policies("sk-123"))).toBe(false);
    expect(valid(policies({ secure: "v1:abc", more: 1 }))).toBe(false);
  });

  it("refuses what the parser refuses", () => {
    expect(valid(stack({}))).toBe(true);
    expect(valid(stack({ modles: {} }))).toBe(false);
    expect(valid(stack({ models: { Chat: { live: "r1", releases: {} } } }))).toBe(false);
    expect(valid(stack({ models: { chat: { live: "r1", releases: { r1: "main" } } } }))).toBe(false);
    expect(valid(stack({ models: { chat: { live: "r1", releases: {}, replicas: 0 } } }))).toBe(false);
    expect(valid({ ...stack({}), confg: {} })).toBe(false);
  });
});
