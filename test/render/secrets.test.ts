import { Evaluator } from "../../scripts/lib/render/evaluate-program";
import { plainInputs } from "../../scripts/lib/render/plain-inputs";
import { fixtureRoot, tinyId } from "../support/fixture-root";

jest.setTimeout(120_000);

const CANARY = "canary-5f1d-never-print-me";

const sections = {
  environment: { platform: "kubernetes", profile: "development", owner: "ml-platform" },
  pools: { cpu: { gpuClass: "cpu" } },
  weights: { endpoint: "http://10.0.0.5:7070", pathStyle: true, accessKeyId: "homeport", secretAccessKey: CANARY },
  models: { chat: { live: "r1", releases: { r1: tinyId("1") } } },
  policies: { app: { models: ["chat"], class: "internal", clients: { web: { key: CANARY } } } },
};

const root = fixtureRoot({ stack: "config: {}\n", releases: { chat: { r1: "1" } } });
const evaluator = new Evaluator(root, ["homeport:policies", "homeport:weights"]);
afterAll(() => evaluator.close());

/** As `pulumi up` would run the program: with the secrets decrypted. */
const evaluate = (changed: object = {}) => {
  const config = Object.fromEntries(
    Object.entries({ ...sections, ...changed }).map(([key, value]) => [`homeport:${key}`, JSON.stringify(value)]),
  );
  return evaluator.evaluate({ root, project: "homeport", stack: "fixture", config, preview: false });
};

describe("a decrypted secret", () => {
  it("is in no resource of the plan, though its Secrets are", async () => {
    const resources = await evaluate();
    const secrets = resources.filter(({ type }) => type === "kubernetes:core/v1:Secret");
    expect(secrets.map(({ inputs }) => inputs.stringData)).toEqual(
      expect.arrayContaining([
        { web: "<secret, not shown>" },
        expect.objectContaining({ secretAccessKey: "<secret, not shown>" }),
      ]),
    );
    expect(JSON.stringify(resources)).not.toContain(CANARY);
  });

  it("is in no error, even when its own section is wrong", async () => {
    const error = await evaluate({ weights: { ...sections.weights, cacheGiB: CANARY, bucket: 7 } }).catch((e) => e);
    expect(String(error)).toContain("weights.bucket");
    expect(`${error} ${(error as Error).stack}`).not.toContain(CANARY);
  });
});

describe("plain inputs", () => {
  const secret = (value: unknown) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    value,
  });

  it("mask every leaf below a secret, whatever its shape", () => {
    const inputs = plainInputs({ a: secret({ b: [CANARY, 7, null], c: secret(CANARY) }), d: 1 });
    expect(inputs).toEqual({
      a: { b: ["<secret, not shown>", "<secret, not shown>", "<secret, not shown>"], c: "<secret, not shown>" },
      d: 1,
    });
  });

  it("say what is known only after an apply", () => {
    expect(plainInputs({ id: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" })).toEqual({ id: "<known after apply>" });
  });
});
