import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { releaseFolder } from "../../infra/core/weights-layout";
import { STORE } from "../../scripts/local/object-store";
import { deletePod, isReady, loadOn, places, podsOf, releases, until } from "../support/local-platform";

/**
 * One byte of a weight file is flipped in the bucket of the running platform: whatever then starts from it refuses, says
 * why with three facts, and what runs already goes on answering.
 */
jest.setTimeout(600_000);

const FILE = "model.safetensors";
const { waiting, idOf } = releases();
const folder = releaseFolder(idOf(waiting));
const inBucket = join(places.s3, STORE.bucket, "releases", folder, "files", FILE);
const onNode = join(places.varLib, "homeport", "weights");
let good: Buffer;

beforeAll(() => {
  good = readFileSync(inBucket);
});

afterAll(async () => {
  if (good === undefined) return;
  writeFileSync(inBucket, good);
  await until("the release comes back by itself", 400, () => podsOf(waiting).some(isReady));
});

it("new pods refuse with file, expected and found digest; the live release loses no request", async () => {
  const load = await loadOn({ rate: 5 });
  const bad = Buffer.from(good);
  const at = bad.length - 1;
  bad[at] = (bad[at] ?? 0) ^ 1;
  writeFileSync(inBucket, bad);
  // As on a node that has never had this release.
  rmSync(join(onNode, "verified", `${folder}.json`));
  rmSync(join(onNode, "releases", folder, FILE));
  for (const pod of podsOf(waiting)) deletePod(pod);

  const wordsOf = () =>
    podsOf(waiting)
      .flatMap(({ status }) => status.initContainerStatuses ?? [])
      .filter(({ name }) => name === "wait-weights")
      .map(({ state, lastState }) => state.terminated?.message ?? lastState.terminated?.message ?? "")
      .find((text) => text.includes("refused"));
  await until("a pod refuses its weights", 120, () => wordsOf() !== undefined);
  const words = wordsOf() ?? "";
  expect(words).toContain(FILE);
  const digests = words.match(/sha256:[0-9a-f]{64}/g) ?? [];
  expect(new Set(digests).size).toBe(2);
  expect(podsOf(waiting).filter(isReady)).toEqual([]);

  const { outcomes, planned } = await load.stop();
  expect(planned).toBeGreaterThan(20);
  expect(outcomes.filter(({ ending }) => ending !== "ok")).toEqual([]);
});
