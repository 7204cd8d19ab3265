import { readStack } from "../../infra/config/read-stack";
import type { StackConfig } from "../../infra/config/schema";
import { page } from "../../scripts/commands/responsibilities";
import { responsibilities } from "../../scripts/lib/responsibilities";
import { ROOT } from "../support/stacks";

/** Each switch of a stack moves a duty; that the switch does what is said is proven where it is built. */

const prod = readStack(ROOT, "prod");

const ownersOf = (change: (config: StackConfig) => object, area: string): string[] =>
  responsibilities({ ...prod, config: { ...prod.config, ...change(prod.config) } as StackConfig })
    .filter((row) => row.area === area)
    .map(({ owner, what }) => `${owner}: ${what}`);

it.each<[string, string, (config: StackConfig) => object, string]>([
  ["audit off", "audit", ({ monitoring }) => ({ monitoring: { ...monitoring, audit: false } }), "nobody: who did what"],
  ["no receiver", "on-call", ({ monitoring }) => ({ monitoring: { ...monitoring, alertTo: [] } }), "nobody: alarms"],
  ["one region", "on-call", () => ({ regions: ["us-east-1"] }), "nobody: the loss of the one region"],
  [
    "no TLS",
    "encryption",
    ({ traffic }) => ({ traffic: { ...traffic, hostedZoneId: undefined } }),
    "nobody: requests on",
  ],
  ["no ceiling", "money", () => ({ budget: {} }), "nobody: a stack that costs too much"],
  [
    "public, no firewall",
    "abuse",
    ({ traffic }) => ({ traffic: { ...traffic, exposure: "public" } }),
    "nobody: floods from the allowed addresses",
  ],
  [
    "a waiver",
    "patches",
    ({ environment }) => ({
      environment: { ...environment, waivers: [{ check: "engine-floor", until: "2027-01-31", reason: "accepted" }] },
    }),
    "nobody: the check engine-floor, waived until 2027-01-31",
  ],
])("%s leaves something to nobody", (_, area, change, line) => {
  const starts = (lines: string[]) => lines.filter((text) => text.startsWith(line));
  expect(starts(ownersOf(change, area))).toHaveLength(1);
  expect(starts(ownersOf(() => ({}), area))).toEqual([]);
});

it("a second GPU family gives your team the choice to move to it", () => {
  const l40s = readStack(ROOT, "staging").config.pools.l40s;
  const change = ({ pools, models }: StackConfig) => ({
    pools: { ...pools, l40s },
    models: { chat: { ...models.chat, pool: "a100" } },
  });
  const line = "your team: moving chat to another GPU family when its own has no nodes (models.chat.pool)";
  expect(ownersOf(change, "capacity")).toContain(line);
  expect(ownersOf(() => ({}), "capacity")).not.toContain(line);
});

it("leaves nothing of prod to nobody but what models say", () => {
  const left = responsibilities(prod).filter(({ owner }) => owner === "nobody");
  expect(left.map(({ what }) => what)).toEqual(["what models are asked and answer: nothing is filtered"]);
});

it("is a page with one part per owner", () => {
  const text = page("prod", "ml-platform", responsibilities(prod));
  expect(text.match(/^## .*$/gm)).toEqual(["## AWS", "## Homeport", "## Your team (ml-platform)", "## Nobody"]);
});
