import { parseConfig } from "../../infra/config/parse";
import type { StackConfig } from "../../infra/config/schema";
import { describeStack } from "../../infra/values/stack-outputs";
import { tinyId, tinyRelease } from "../support/fixture-root";

const { config } = parseConfig({
  name: "test",
  sealed: new Set(),
  sections: {
    environment: { platform: "kubernetes", owner: "ml" },
    pools: { cpu: { gpuClass: "cpu" } },
    models: {
      chat: { live: "r1", releases: { r1: tinyId("1") } },
      code: { live: "r1", releases: { r1: tinyId("2") } },
    },
    policies: {
      app: { models: ["chat"], class: "internal" },
      ide: { models: ["chat", "code"], class: "public" },
    },
  },
});

const file = (seed: string, mirrored: Record<string, string>) => ({
  id: tinyId(seed),
  content: tinyRelease(seed),
  pinned: { at: "2026-11-22T00:00:00Z", by: "homeport pin" },
  mirrored,
});

it("outputs say where each policy finds each model that answers, and which release is live", () => {
  const releases = {
    chat: { r1: file("1", { "test/local": "2026-11-22" }) },
    code: { r1: file("2", { "prod/local": "2026-11-22" }) },
  };
  const { summary, warning } = describeStack({ name: "test", config: config as StackConfig, releases });
  expect(summary).toEqual({
    regions: ["local"],
    addresses: { chat: { app: "/p/app/v1", ide: "/p/ide/m/chat/v1" } },
    releases: { chat: expect.stringMatching(/^r1 \(r-[0-9a-f]{10}\)$/), code: expect.stringMatching(/^r1 /) },
  });
  expect(warning).toBe(
    "not mirrored yet, so left out: code r1 (local); run 'homeport weights mirror code r1 --stack test'",
  );
});
