import { readStack } from "../../infra/config/read-stack";
import { formatProblem, InputError } from "../../infra/core/errors";
import { stackImages } from "../../infra/values/aws/images";
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

  it("a stack above its ceiling, and one that needs an image of which nobody knows the digest", async () => {
    const account = "123456789012";
    const root = fixtureRoot({
      stack: `config:
  homeport:environment: { platform: aws, owner: ml-platform, account: "${account}" }
  homeport:regions: [us-east-1]
  homeport:cluster: { access: { cidrs: [203.0.113.0/24] }, admins: [arn:aws:iam::${account}:role/deploy] }
  homeport:pools: { a100: { instanceType: p4de.24xlarge, max: 2, multiNode: true } }
  homeport:models: { chat: { live: r1, releases: { r1: <id:1> } } }
  homeport:policies: { app: { models: [chat], class: internal } }
  homeport:budget: { ceilingUsd: 1000 }
`,
      releases: { chat: { r1: "1" } },
    });
    expect(await problemsOf(root)).toEqual([
      expect.stringMatching(/^charts\/versions\.json#images\.efa-device-plugin: \S+:v0\.5\.20; /),
      expect.stringMatching(/^budget\.ceilingUsd: 1,000 USD, and this stack costs about/),
    ]);
    const { config, releases } = readStack(root, "fixture");
    expect(() => stackImages(config, releases)).toThrow(InputError);
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
