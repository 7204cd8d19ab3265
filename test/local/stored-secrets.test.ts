import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStack } from "../../infra/config/read-stack";
import { InputError } from "../../infra/core/errors";
import type { KubernetesObject } from "../../infra/core/kubernetes-object";
import { renderStack } from "../../scripts/lib/render/render";
import { withSecrets } from "../../scripts/local/stages";
import { stackSecrets } from "../../scripts/local/stored-secrets";
import { fixtureRoot } from "../support/fixture-root";
import { releaseFile } from "../support/releases";
import { goodSectionsElsewhere, stackFolder, TODAY, writeStack } from "../support/stack-folder";

const WEIGHTS = "weights.secretAccessKey";
const WEB = "policies.app.clients.web.key";
const BATCH = "policies.app.clients.batch.key";

const folder = stackFolder();
const store = mkdtempSync(join(tmpdir(), "homeport-secrets-"));
const file = join(store, "up-secrets.json");
const r1 = releaseFile();
const secure = { secure: "v1:abc:def" };

/** The stack's secrets with these clients of `app`, as `up` opens them. */
const open = (clients: object = { web: {} }, rotation?: number) => {
  const policy = { models: ["chat"], class: "internal", clients, rotation };
  writeStack(folder, { ...goodSectionsElsewhere(r1), weights, policies: { app: policy } }, { chat: { r1 } });
  return stackSecrets(readStack(folder.root, "test", TODAY).config, file);
};
const weights = { endpoint: "http://10.0.0.5:7070", accessKeyId: "bucket-user", secretAccessKey: secure };

const write = (values: Record<string, string>) => writeFileSync(file, JSON.stringify(values));
const stored = (): Record<string, string> => JSON.parse(readFileSync(file, "utf8"));

beforeEach(() => write({ [WEIGHTS]: "given-by-its-owner" }));
afterAll(() => rmSync(store, { recursive: true, force: true }));

test("what the stack sets is asked for, all of it at once, and nothing is made before", () => {
  rmSync(file);
  const clients = { web: {}, batch: { key: secure } };
  expect(() => open(clients)).toThrow(InputError);
  expect(() => open(clients)).toThrow(/2 problems/);
  for (const path of [WEIGHTS, BATCH])
    expect(() => open(clients)).toThrow(
      `${path}: missing; its value, which only the stack's owner has; write {"${path}"`,
    );
  expect(() => stored()).toThrow("ENOENT");
  write({ [WEIGHTS]: "given", [BATCH]: "given too" });
  expect([WEIGHTS, BATCH].map(open(clients))).toEqual(["given", "given too"]);
});

test("a client's key is made and kept; the bucket's user name is the stack's; anything else is never made up", () => {
  const key = open()(WEB);
  expect(key).toMatch(/^[0-9a-f]{32}$/);
  expect(open()(WEB)).toBe(key);
  expect(open()("homeport-weights-credentials.accessKeyId")).toBe("bucket-user");
  expect(() => open()("homeport-weights-credentials.other")).toThrow("a secret that the stack does not have");
});

test("a raised rotation makes a new key, and the old one is in the file no more", () => {
  const first = open()(WEB);
  const second = open({ web: {} }, 2)(WEB);
  expect(second).not.toBe(first);
  expect(open({ web: {} }, 2)(WEB)).toBe(second);
  expect(Object.values(stored()).sort()).toEqual([second, "given-by-its-owner"].sort());
});

test("a key of an older file stays while its policy has not been rotated, and goes when it has", () => {
  write({ [WEIGHTS]: "given", [WEB]: "of-an-older-file" });
  expect(open()(WEB)).toBe("of-an-older-file");
  write({ [WEIGHTS]: "given", [WEB]: "of-an-older-file" });
  expect(open({ web: {} }, 2)(WEB)).not.toBe("of-an-older-file");
  expect(Object.values(stored())).not.toContain("of-an-older-file");
});

test("a made key is not taken for one that the stack now sets, nor kept for a client that comes back", () => {
  const key = open()(WEB);
  expect(() => open({ web: { key: secure } })).toThrow(`${WEB}: missing`);
  open({ batch: {} });
  expect(open()(WEB)).not.toBe(key);
});

test("every Secret of a rendered stack gets its values", async () => {
  const root = fixtureRoot({
    stack: `config:
  homeport:environment: { platform: kubernetes, profile: development, owner: ml-platform }
  homeport:pools: { cpu: { gpuClass: cpu } }
  homeport:weights: { endpoint: http://10.0.0.5:7070, accessKeyId: bucket-user, secretAccessKey: { secure: v1:abc:def } }
  homeport:policies: { app: { models: [chat], class: internal, clients: { web: {} } } }
  homeport:models: { chat: { live: r1, releases: { r1: <id:1> } } }
`,
    releases: { chat: { r1: "1" } },
  });
  const secret = stackSecrets(readStack(root, "fixture").config, file);
  const { objects } = await renderStack("fixture", { root });
  const data = objects
    .map(({ object }) => withSecrets(object, secret) as KubernetesObject & { data: Record<string, string> })
    .filter(({ kind }) => kind === "Secret")
    .flatMap((object) => Object.entries(object.data))
    .map(([key, value]) => [key, Buffer.from(value, "base64").toString()]);
  expect(Object.fromEntries(data)).toEqual({
    web: secret(WEB),
    accessKeyId: "bucket-user",
    secretAccessKey: "given-by-its-owner",
  });
  rmSync(root, { recursive: true, force: true });
}, 120_000);
