import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStack } from "../../infra/config/read-stack";
import { shortId } from "../../infra/core/release";
import { renderStack } from "../lib/render/render";
import { step } from "../lib/report";
import { mirrorRelease } from "../lib/weights-store";
import { LOCAL_STACK, STORE_REGION } from "./layout";
import { writeTinyLlama } from "./models/tiny-llama";
import { applyStack, type Platform } from "./platform";

/** The two models whose bytes are made here, by the seed of their weights; other releases are mirrored by hand. */
const SEEDS: Readonly<Record<string, number>> = { r1: 1, r2: 2 };
const MODEL = "chat";

/** Brings the stack `local` onto the platform: weights into the bucket, then every object, stage by stage. */
export async function deployStack(platform: Platform, checkout: string): Promise<void> {
  await step("weights of the stack", 2, () => mirrorTinyModels(platform, checkout));
  const rendered = await step("render the stack", 5, () => renderStack(LOCAL_STACK, { root: checkout }));
  await applyStack(platform, rendered);
}

async function mirrorTinyModels({ store }: Platform, checkout: string): Promise<void> {
  const { releases } = readStack(checkout, LOCAL_STACK);
  const address = { bucket: store.bucket, region: STORE_REGION, endpoint: store.endpoint, pathStyle: true };
  for (const [name, release] of Object.entries(releases[MODEL] ?? {})) {
    const seed = SEEDS[name];
    if (seed === undefined) continue;
    const folder = await mkdtemp(join(tmpdir(), `homeport-${shortId(release.id)}-`));
    try {
      await writeTinyLlama(folder, seed);
      await mirrorRelease(release, folder, { ...address, credentials: store });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
