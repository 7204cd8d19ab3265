import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RenderedStack } from "../../scripts/lib/render/render";
import { run } from "../../scripts/local/command";
import type { JournalEntry } from "../support/engine/provider";
import { StandIns } from "../support/engine/stand-ins";
import { Stacks } from "../support/stacks";

/**
 * The program on Pulumi's real engine, with stand-ins for the providers: order, no-op, replacement, a region that does
 * not answer, destroy. The stand-ins themselves are proven in test/aws/stand-in-provider.test.ts, without the CLI.
 */

const hasCli = spawnSync("pulumi", ["version"]).status === 0;
const why = hasCli ? "" : " (skipped: no Pulumi CLI on the PATH)";
if (!hasCli) console.info("engine tier skipped: no Pulumi CLI on the PATH; https://www.pulumi.com/docs/install/");
const withCli = hasCli ? it : it.skip;

jest.setTimeout(900_000);

const stacks = new Stacks();
const standIns = new StandIns();
const stackFile = join(stacks.root, "stacks/Pulumi.prod.yaml");
const home = mkdtempSync(join(tmpdir(), "homeport-pulumi-"));
let rendered: RenderedStack;

const pulumi = (...args: string[]): Promise<string> =>
  run("pulumi", [...args, "--stack", "prod", "--non-interactive", "--color", "never"], {
    cwd: stacks.root,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: `file://${home}`,
      PULUMI_CONFIG_PASSPHRASE: "stand-in",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DEBUG_PROVIDERS: standIns.debugProviders,
      NODE_OPTIONS: "--preserve-symlinks", // the root's `infra` is a link, and its stack files are the root's own
    },
  });

const edit = (change: (text: string) => string): void =>
  writeFileSync(stackFile, change(readFileSync(stackFile, "utf8")));

const up = async (...flags: string[]): Promise<JournalEntry[]> => {
  standIns.takeJournal();
  await pulumi("up", "--yes", "--skip-preview", "--suppress-outputs", ...flags);
  return standIns.takeJournal();
};

const titles = (entries: readonly JournalEntry[], verb: JournalEntry["verb"]): string[] =>
  entries.filter((entry) => entry.verb === verb).map(({ type, name }) => `${type} ${name}`);

beforeAll(async () => {
  if (!hasCli) return;
  rendered = await stacks.render("prod");
  await standIns.start();
  await pulumi("stack", "init", "--secrets-provider", "passphrase");
});
afterAll(() => standIns.stop());

describe("stack prod on the engine", () => {
  withCli(`previews what render writes${why}`, async () => {
    const { steps } = JSON.parse(await pulumi("preview", "--json")) as { steps: { op: string; urn: string }[] };
    const created = steps.filter(({ op, urn }) => op === "create" && !urn.includes("pulumi:pulumi:Stack::"));
    expect(created.map(({ urn }) => urn).sort()).toEqual(rendered.plan.map(({ urn }) => urn));
  });

  withCli(`makes all of it, each thing after what it needs${why}`, async () => {
    const made = titles(await up(), "create");
    const custom = rendered.plan.filter(({ type }) => /^(aws|kubernetes|random):/.test(type));
    expect([...made].sort()).toEqual(custom.map(({ type, name }) => `${type} ${name}`).sort());
    const place = new Map(made.map((title, i) => [title, i]));
    const byUrn = new Map(custom.map((resource) => [resource.urn, `${resource.type} ${resource.name}`]));
    for (const { urn, dependencies } of custom)
      for (const needed of dependencies.flatMap((dependency) => byUrn.get(dependency) ?? []))
        expect(place.get(needed)).toBeLessThan(place.get(byUrn.get(urn) ?? "") ?? -1);
  });

  withCli(`changes nothing when nothing changed${why}`, async () => {
    expect(await up("--expect-no-changes")).toEqual([]);
  });

  withCli(`updates a pool in place when its size changes${why}`, async () => {
    edit((text) => text.replace("max: 2 }", "max: 3 }"));
    const changed = await up();
    expect(titles(changed, "update")).toContainEqual(
      expect.stringMatching(/^aws:eks\/nodeGroup:NodeGroup us-east-1\/a100/),
    );
    expect([titles(changed, "create"), titles(changed, "delete")]).toEqual([[], []]);
  });

  withCli(`changes the other region while one is lost, and takes the lost one out of DNS${why}`, async () => {
    standIns.lose("us-west-2");
    edit((text) => `${text.replace("max: 3 }", "max: 4 }")}  homeport:regionStates: { us-west-2: lost }\n`);
    const changed = await up();
    const all = changed.map(({ type, name }) => `${type} ${name}`);
    expect(all).toContainEqual(expect.stringMatching(/^aws:eks\/nodeGroup:NodeGroup us-east-1\/a100/));
    expect(all.filter((title) => /^kubernetes:.* us-west-2\//.test(title))).toEqual([]);
    expect(titles(changed, "delete")).toContainEqual(expect.stringMatching(/^aws:route53\/record:Record .*us-west-2/));
    standIns.lose("");
  });

  withCli(`destroys in the reverse order, and keeps what it must${why}`, async () => {
    edit((text) => text.replace(/ {2}homeport:regionStates: .*\n/, ""));
    await up();
    await pulumi("state", "unprotect", "--all", "--yes");
    await pulumi("destroy", "--yes", "--skip-preview", "--suppress-outputs");
    const gone = titles(standIns.takeJournal(), "delete");
    const kept = rendered.plan
      .filter(({ retainOnDelete }) => retainOnDelete)
      .map(({ type, name }) => `${type} ${name}`);
    expect(gone.filter((title) => kept.includes(title))).toEqual([]);
    const at = (type: string): number => gone.findIndex((title) => title.startsWith(`${type} us-east-1/`));
    expect(at("aws:eks/nodeGroup:NodeGroup")).toBeLessThan(at("aws:eks/cluster:Cluster"));
    expect(at("aws:eks/cluster:Cluster")).toBeLessThan(at("aws:ec2/vpc:Vpc"));
  });
});
