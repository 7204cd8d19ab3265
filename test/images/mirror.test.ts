import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryName } from "../../infra/core/aws/names";
import { mirrorImage } from "../../scripts/lib/images/mirror";
import { addressOf } from "../../scripts/lib/images/registry";
import { putImage, type WritableRegistry, writableRegistry } from "../support/writable-registry";

const LOGIN = "Basic QVdTOnRva2Vu";
let origin: WritableRegistry;
let east: WritableRegistry;
let west: WritableRegistry;
let image: string;
let folder: string;
const config = process.env.DOCKER_CONFIG;
beforeEach(async () => {
  [origin, east, west] = (await Promise.all([
    writableRegistry(),
    writableRegistry(LOGIN),
    writableRegistry(LOGIN),
  ])) as [WritableRegistry, WritableRegistry, WritableRegistry];
  image = `${origin.host}/nvidia/plugin@${putImage(origin, "nvidia/plugin")}`;
  folder = mkdtempSync(join(tmpdir(), "images-"));
  process.env.DOCKER_CONFIG = folder;
});
afterEach(async () => {
  if (config === undefined) delete process.env.DOCKER_CONFIG;
  else process.env.DOCKER_CONFIG = config;
  await Promise.all([origin, east, west].map((server) => server.close()));
});

const registries = () => [east, west].map(({ host }) => ({ registry: host, authorization: LOGIN }));
const work = () => join(folder, "work");
const mirror = (replicaSeconds = 0) =>
  mirrorImage(image, registries(), { folder: work(), replicaSeconds, pollSeconds: 0.05 });
const has = ({ manifests }: WritableRegistry) => manifests.has(`${repositoryName(image)}@${addressOf(image).digest}`);
const puts = ({ seen }: WritableRegistry) => seen.filter((line) => /^(PUT|POST|PATCH) /.test(line)).length;

test("every platform's image arrives under the same digest in every registry; a second run sends nothing", async () => {
  expect(await mirror()).toEqual({ image, added: [east.host, west.host] });
  expect([has(east), has(west)]).toEqual([true, true]);
  expect(east.manifests.has(`${repositoryName(image)}:${addressOf(image).digest.replace(":", "-")}`)).toBe(true);
  expect(east.blobs.size).toBe(5); // two configs, two layers of their own, one shared
  const before = puts(east) + puts(west);
  expect(await mirror()).toEqual({ image, added: [] });
  expect(puts(east) + puts(west)).toBe(before);
  expect(existsSync(work())).toBe(false);
});

test("a blob that is not what its digest says goes nowhere", async () => {
  const [key = "", bytes = Buffer.alloc(0)] = [...origin.blobs][0] ?? [];
  const flipped = Buffer.from(bytes);
  flipped[3] = (flipped[3] ?? 0) ^ 1;
  origin.blobs.set(key, flipped);
  await expect(mirror()).rejects.toThrow(/^blob sha256:[0-9a-f]{64}: sha256:[0-9a-f]{64} arrived/);
  expect([puts(east), puts(west)]).toEqual([0, 0]);
  expect(readdirSync(join(work(), "blobs/sha256")).filter((name) => name.endsWith(".part"))).toEqual([]);
});

test("goes on after a failure with what it has; a registry that stumbles is asked again, with an end", async () => {
  west.fault = ({ method, path }) => (method === "PUT" && path.includes("manifests") ? 403 : undefined);
  await expect(mirror()).rejects.toThrow("let this role do ecr:BatchCheckLayerAvailability");
  expect([has(east), has(west)]).toEqual([true, false]);
  const fetched = origin.seen.length;
  west.fault = ({ path, nth }) => (path.includes("uploads/") && nth === 1 ? 503 : undefined);
  expect(await mirror()).toEqual({ image, added: [west.host] });
  expect(has(west)).toBe(true);
  const again = origin.seen.slice(fetched).filter((line) => line.includes("/blobs/"));
  expect(again).toEqual([]);
});

test("waits for the registry's own replication and sends nothing where it came", async () => {
  const running = mirror(10);
  while (!has(east)) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const [key, body] of east.manifests) west.manifests.set(key, body);
  await running;
  expect(puts(west)).toBe(0);
});

test("docker.io's short names are its registry's", () => {
  expect(addressOf(`docker.io/library/redis@sha256:1`)).toMatchObject({
    registry: "registry-1.docker.io",
    name: "library/redis",
  });
  expect(addressOf(`docker.io/redis@sha256:1`)).toMatchObject({ name: "library/redis" });
  expect(addressOf(`quay.io/a/b@sha256:1`)).toEqual({ registry: "quay.io", name: "a/b", digest: "sha256:1" });
});
