import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LanguageServer } from "../support/language-server";

/** A stack file in a real editor's language server, found through the modeline alone. */

const ROOT = join(__dirname, "../..");
const FILE = join(ROOT, "stacks/Pulumi.editor-test.yaml");
const MODELINE = "# yaml-language-server: $schema=./stack.schema.json\n";
const START = `${MODELINE}config:\n  homeport:environment: { platform: aws, owner: me }\n`;

const server = new LanguageServer();
beforeAll(() => server.start());
afterAll(() => server.stop());

let opened = 0;
/** Each text is a file of its own, beside the schema. */
const open = async (text: string) => {
  const path = FILE.replace("editor-test", `editor-test-${++opened}`);
  return { path, found: await server.open(path, text) };
};

it("finds nothing wrong in the stacks that we ship", async () => {
  for (const file of ["stacks/Pulumi.local.yaml", "stacks/examples/minimal.yaml", "stacks/examples/kubernetes.yaml"]) {
    const path = join(ROOT, file);
    expect(await server.open(path, readFileSync(path, "utf8"))).toEqual([]);
  }
});

it("underlines an unknown key where it stands", async () => {
  const { found } = await open(`${START}  homeport:models:\n    chat: { live: r1, releases: {}, replica: 2 }\n`);
  expect(found).toEqual([
    expect.objectContaining({
      message: expect.stringContaining("Property replica is not allowed"),
      range: expect.objectContaining({ start: { line: 4, character: 36 } }),
    }),
  ]);
});

it("underlines a plain secret, a wrong word and a section that there is not", async () => {
  const { found } = await open(
    `${START}  homeport:policies:\n    app: { models: [chat], class: secret, clients: { web: { key: sk-123 } } }\n  homeport:modles: {}\n`,
  );
  expect(found.map(({ message }) => message)).toEqual([
    'Value is not accepted. Valid values: "public", "internal", "confidential", "restricted".',
    'Incorrect type. Expected "encrypted secret".',
    "Property homeport:modles is not allowed.",
  ]);
});

it("leaves settings of other providers alone", async () => {
  const { found } = await open(`${START}  aws:region: us-east-1\n`);
  expect(found).toEqual([]);
});

it("completes sections, keys and words", async () => {
  const sections = await open(`${START}  homeport:m\n`);
  expect(await server.complete(sections.path, 3, 12)).toContain("homeport:models");
  const keys = await open(`${START}  homeport:models:\n    chat:\n      live: r1\n      rep\n`);
  expect(await server.complete(keys.path, 6, 9)).toEqual(expect.arrayContaining(["replicas", "replicasOf"]));
  const words = await open(`${START}  homeport:policies:\n    app:\n      models: [chat]\n      class: \n`);
  expect(await server.complete(words.path, 6, 13)).toEqual(
    expect.arrayContaining(["public", "internal", "confidential", "restricted"]),
  );
});
