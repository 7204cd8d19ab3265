import { formatProblem, InputError } from "../../infra/core/errors";
import { renderStack } from "../../scripts/lib/render/render";
import { toYaml } from "../../scripts/lib/render/write";
import { fixtureRoot } from "../support/fixture-root";

const stack = (sections: string): string => fixtureRoot({ stack: `config:\n${sections}`, releases: {} });

const problemsOf = async (root: string, environment = "fixture"): Promise<string[]> => {
  const error = await renderStack(environment, { root }).catch((e) => e);
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).problems.map(formatProblem);
};

describe("render refuses before it evaluates", () => {
  it("an environment without a stack file, naming those that have one", async () => {
    const root = stack("  homeport:environment: { platform: kubernetes, owner: ml }\n");
    expect((await problemsOf(root, "fixtur")).join()).toMatch(/--stack: 'fixtur'; one of fixture; did you mean/);
  });
});

describe("YAML of an object", () => {
  it("has one order of keys whatever order it was made in, and no folded lines", () => {
    const long = `${"word ".repeat(60)}end`;
    const one = { kind: "K", apiVersion: "v1", spec: { b: 1, name: "n", a: long }, metadata: { name: "x" } };
    const other = { metadata: { name: "x" }, spec: { name: "n", a: long, b: 1 }, apiVersion: "v1", kind: "K" };
    expect(toYaml(one)).toBe(toYaml(other));
    expect(toYaml(one)).toBe(`apiVersion: v1\nkind: K\nmetadata:\n  name: x\nspec:\n  name: n\n  a: ${long}\n  b: 1\n`);
  });
});
