import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { secretRef } from "../../infra/config/fields";
import { loadStack, type PulumiStack } from "../../infra/config/load";
import { readStack } from "../../infra/config/read-stack";
import { releaseFile } from "../support/releases";
import { goodSectionsElsewhere, problemLines, stackFolder, TODAY, writeStack } from "../support/stack-folder";

/** The value that must never be seen again. Rendered objects and state are searched for it where they are made. */
const CANARY = "sk-canary-5f2e9c71";

const folder = stackFolder();
/** Where no stack file is, as with `pulumi up --config-file`. */
const elsewhere = stackFolder();
const beside = stackFolder();
const r1 = releaseFile();

const withSecrets = (value: unknown) => ({
  ...goodSectionsElsewhere(r1),
  weights: { endpoint: "http://10.0.0.5:7070", accessKeyId: "homeport", secretAccessKey: value },
  policies: { app: { models: ["chat"], class: "internal", clients: { web: { key: value }, batch: {} } } },
});

describe("a stack file read without Pulumi", () => {
  it("holds a placeholder for every encrypted leaf", () => {
    writeStack(folder, withSecrets({ secure: "v1:abc:def" }), { chat: { r1 } });
    const { config } = readStack(folder.root, "test", TODAY);
    expect(config.policies.app?.clients).toEqual({
      batch: {},
      web: { key: secretRef("policies.app.clients.web.key") },
    });
    expect(config.weights.secretAccessKey).toBe(secretRef("weights.secretAccessKey"));
    expect(JSON.stringify(config)).not.toContain("v1:abc:def");
  });

  it("refuses a plain secret without showing it", () => {
    writeStack(folder, withSecrets(CANARY), { chat: { r1 } });
    const refused = (path: string) =>
      `${path}: a secret must not be plain (value not shown); treat it as leaked and replace it; then: pulumi config set --secret --path 'homeport:${path}'`;
    expect(problemLines(folder.root)).toEqual([
      refused("policies.app.clients.web.key"),
      refused("weights.secretAccessKey"),
    ]);
  });

  it("refuses a plain placeholder, a number and a map in the place of a secret", () => {
    for (const value of [
      secretRef("policies.app.clients.web.key"),
      12345678,
      { secure: 1 },
      { secure: "x", more: "y" },
      [],
    ]) {
      writeStack(folder, withSecrets(value), { chat: { r1 } });
      expect(problemLines(folder.root).map((line) => line.split("; ")[0])).toContain(
        "policies.app.clients.web.key: a secret must not be plain (value not shown)",
      );
    }
  });

  it("refuses an encrypted value where no secret belongs, and a section that is encrypted whole", () => {
    const encrypted = { secure: "v1:abc:def" };
    writeStack(folder, { ...goodSectionsElsewhere(r1), traffic: { hostname: encrypted } }, { chat: { r1 } });
    expect(problemLines(folder.root)).toEqual([
      "traffic.hostname: an encrypted value; only the secrets of the reference can be encrypted; write the value in plain, or move it to the key of a secret",
    ]);
    writeStack(folder, { ...goodSectionsElsewhere(r1), policies: encrypted }, { chat: { r1 } });
    expect(problemLines(folder.root)).toContain(
      "policies: an encrypted value; only the secrets of the reference can be encrypted; write the value in plain, or move it to the key of a secret",
    );
  });
});

describe("a stack loaded by Pulumi", () => {
  const before = process.env.PULUMI_CONFIG_SECRET_KEYS;
  afterAll(() => {
    process.env.PULUMI_CONFIG_SECRET_KEYS = before ?? "";
  });

  /** What the language host gives a program: every section as JSON, decrypted, and the names of those that held secrets. */
  function load(
    sections: Record<string, unknown>,
    sealed: string[],
    root = elsewhere.root,
  ): { stack?: PulumiStack; error?: Error; text: string } {
    const printed: string[] = [];
    const write = (chunk: string | Uint8Array) => printed.push(String(chunk)) > 0;
    const spies = [process.stdout, process.stderr].map((s) => jest.spyOn(s, "write").mockImplementation(write));
    process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(sealed);
    pulumi.runtime.setMocks(
      { newResource: ({ name }) => ({ id: name, state: {} }), call: () => ({}) },
      "homeport",
      "test",
    );
    const texts = Object.entries(sections).map(([key, value]) => [`homeport:${key}`, JSON.stringify(value)]);
    pulumi.runtime.setAllConfig(Object.fromEntries(texts), sealed);
    try {
      const stack = loadStack({ root });
      return { stack, text: inspect(stack, { depth: null }) + JSON.stringify(stack.config) + printed.join("") };
    } catch (thrown) {
      const error = thrown as Error;
      return { error, text: `${error.message}${error.stack}${inspect(error, { depth: null })}${printed.join("")}` };
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  }

  // No model: the program reads release files of the checkout, and this test must not depend on them.
  const loadable = (key: unknown) => ({
    environment: { platform: "kubernetes", owner: "me" },
    weights: { endpoint: "http://10.0.0.5:7070", accessKeyId: "homeport", secretAccessKey: key },
  });

  it("has its secrets beside the config, as outputs that Pulumi keeps encrypted", async () => {
    const { stack, text } = load(loadable(CANARY), ["homeport:weights"]);
    expect(stack?.config.weights.secretAccessKey).toBe(secretRef("weights.secretAccessKey"));
    const secret = stack?.secrets.get("weights.secretAccessKey") as pulumi.Output<string>;
    expect(await pulumi.isSecret(secret)).toBe(true);
    expect(await new Promise((resolve) => pulumi.unsecret(secret).apply(resolve))).toBe(CANARY);
    expect(text).not.toContain(CANARY);
  });

  it("shows no value of a section that held a secret, wherever in it the mistake is", () => {
    const sections = loadable(CANARY);
    const misplaced = {
      ...sections.weights,
      bucket: CANARY,
      cacheGiB: CANARY,
      region: CANARY,
      secretAccessKey: undefined,
    };
    const policies = { app: { models: [CANARY] } };
    const sealed = ["homeport:weights", "homeport:policies"];
    const { error, text } = load({ ...sections, weights: misplaced, policies }, sealed);
    expect(error).toBeInstanceOf(pulumi.RunError);
    expect(error?.message).toContain("weights.cacheGiB: a whole number of GiB from 1 to 100000");
    expect(error?.message).toContain("policies.app.models[0]: `models` is empty; add it to `models`");
    expect(error?.message).toContain("weights.secretAccessKey: accessKeyId and secretAccessKey belong together");
    expect(text).not.toContain(CANARY);
  });

  it("refuses a secret of a section in which Pulumi decrypted nothing, without showing it", () => {
    const { error, text } = load(loadable(CANARY), []);
    expect(error?.message).toContain("weights.secretAccessKey: a secret must not be plain (value not shown)");
    expect(text).not.toContain(CANARY);
  });

  it("finds a plain secret beside an encrypted one, in the file, because Pulumi does not tell them apart", () => {
    const sections = loadable(CANARY);
    const clients = { web: { key: { secure: "v1:abc:def" } }, batch: { key: CANARY } };
    const policies = { app: { models: ["chat"], clients } };
    writeStack(beside, { ...sections, weights: {}, policies }, {});
    const decrypted = { app: { models: ["chat"], clients: { web: { key: CANARY }, batch: { key: CANARY } } } };
    const { error, text } = load(
      { ...sections, policies: decrypted },
      ["homeport:weights", "homeport:policies"],
      beside.root,
    );
    expect(error?.message).toContain("policies.app.clients.batch.key: a secret must not be plain (value not shown)");
    expect(error?.message).not.toContain("clients.web.key");
    expect(text).not.toContain(CANARY);
  });

  it("takes the time stamp that Pulumi makes of a date as the date", () => {
    const waiver = { check: "engine-floor", until: "2027-01-31T00:00:00Z", reason: "accepted by security" };
    const { stack } = load({ environment: { platform: "kubernetes", owner: "me", waivers: [waiver] } }, []);
    expect(stack?.config.environment.waivers[0]?.until).toBe("2027-01-31");
  });
});
