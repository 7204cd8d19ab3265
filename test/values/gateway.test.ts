import fc from "fast-check";
import { parseConfig } from "../../infra/config/parse";
import type { StackConfig } from "../../infra/config/schema";
import { promote, rollback, runningReleases } from "../../infra/core/pointers";
import type { ReleaseFile } from "../../infra/core/release";
import { gatewayValues, weightOf } from "../../infra/values/gateway";
import { releasesIn } from "../../infra/values/running-releases";
import { tinyId, tinyRelease } from "../support/fixture-root";

const PLACE = { environment: "test", region: "local" };
const NAMES = ["r1", "r2", "r3", "r4"];

const file = (seed: string): ReleaseFile => ({
  id: tinyId(seed),
  content: tinyRelease(seed),
  pinned: { at: "2026-11-22T00:00:00Z", by: "homeport pin" },
  mirrored: { "test/local": "2026-11-22" },
});
const files = { chat: Object.fromEntries(NAMES.map((name, i) => [name, file(`${i + 1}`)])) };

function stack(model: object): StackConfig {
  const { config, problems } = parseConfig({
    name: "test",
    sealed: new Set(),
    sections: {
      environment: { platform: "kubernetes", owner: "ml" },
      pools: { cpu: { gpuClass: "cpu" } },
      models: {
        chat: { releases: Object.fromEntries(NAMES.map((name, i) => [name, tinyId(`${i + 1}`)])), ...model },
        other: { live: "r1", releases: { r1: tinyId("1") } },
      },
      policies: {
        app: { models: ["chat"], class: "internal" },
        both: { models: ["other", "chat"], default: "chat", class: "public" },
        neither: { models: ["other"] },
      },
    },
  });
  expect(problems).toEqual([]);
  return config as StackConfig;
}

const values = (config: StackConfig) =>
  gatewayValues("local", config, "chat", releasesIn(PLACE, config, "chat", files).running);

describe("the routes of a model", () => {
  it("stand once per policy that may call it, the default model also at the policy's own address", () => {
    expect(
      values(stack({ live: "r1" }))?.policies.map(({ name, gateway, prefixes }) => [name, gateway, prefixes]),
    ).toEqual([
      ["app", "homeport-internal", ["/p/app/m/chat/v1", "/p/app/v1"]],
      ["both", "homeport-public", ["/p/both/m/chat/v1", "/p/both/v1"]],
    ]);
  });

  it("send everything to the live release, a canary's share aside", () => {
    const weights = (candidate: object | undefined) =>
      values(stack({ live: "r1", previous: ["r2"], ...(candidate ? { candidate } : {}) }))?.backends.map(
        (b) => b.weight,
      );
    expect(weights(undefined)).toEqual([100, 0]);
    expect(weights({ release: "r3", step: "staged" })).toEqual([100, 0, 0]);
    expect(weights({ release: "r3", step: "canary", percent: 5 })).toEqual([95, 0, 5]);
  });

  it("do not exist while the live release is not mirrored, and lose only the share of a candidate that is not", () => {
    const config = stack({ live: "r1", candidate: { release: "r2", step: "canary", percent: 10 } });
    const without = (name: string) => {
      const chat = { ...files.chat, [name]: { ...(files.chat[name] as ReleaseFile), mirrored: {} } };
      return gatewayValues("local", config, "chat", releasesIn(PLACE, config, "chat", { chat }).running);
    };
    expect(without("r1")).toBeUndefined();
    expect(without("r2")?.backends.map(({ release, weight }) => [release, weight])).toEqual([["r1", 100]]);
  });

  it("keep their backends in one order and their weights at 100 through any promotes and rollbacks", () => {
    const moves = fc.array(fc.constantFrom(...NAMES, "back"), { maxLength: 12 });
    fc.assert(
      fc.property(moves, (sequence) => {
        let config = stack({ live: "r1", previous: ["r2", "r3", "r4"] });
        for (const move of sequence) {
          const model = config.models.chat!;
          const allowed =
            move === "back" ? usable(model).length > 0 : move !== model.live && !(move in model.withdrawn);
          if (!allowed) continue;
          const next = move === "back" ? rollback(model, { reason: "bad answers" }) : promote(model, move);
          config = {
            ...config,
            models: { ...config.models, chat: { ...model, ...next, previous: [...next.previous] } },
          };
          const backends = values(config)?.backends ?? [];
          const running = new Set(runningReleases(next));
          expect(backends.map(({ release }) => release)).toEqual(NAMES.filter((name) => running.has(name)));
          expect(backends.reduce((sum, { weight }) => sum + weight, 0)).toBe(100);
          expect(backends.find(({ weight }) => weight === 100)?.release).toBe(next.live);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("weigh by pointers alone", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), (percent) => {
        const pointers = { live: "r1", candidate: { release: "r2", step: "canary" as const, percent } };
        expect(weightOf("r1", pointers) + weightOf("r2", pointers)).toBe(100);
        expect(weightOf("r2", pointers)).toBe(percent);
        expect(weightOf("r3", pointers)).toBe(0);
      }),
    );
  });
});

const usable = ({ previous, live, withdrawn }: StackConfig["models"][string]): string[] =>
  previous.filter((name) => name !== live && !(name in withdrawn));
