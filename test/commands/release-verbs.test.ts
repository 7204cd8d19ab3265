import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { parse } from "yaml";
import { NAMESPACES } from "../../infra/core/names";
import { type PromoteOptions, promote } from "../../scripts/commands/promote";
import { type RollbackOptions, rollback } from "../../scripts/commands/rollback";
import { modelRoutes } from "../../scripts/lib/releases/model-routes";
import { loadStackText } from "../../scripts/lib/releases/stack-text";
import { renderStack } from "../../scripts/lib/render/render";
import { catchPrinted } from "../support/printed";
import { releaseWorld, serviceOf } from "../support/release-world";

type World = ReturnType<typeof releaseWorld>;
const options = { stack: "fixture", context: [], json: true };
const printed = catchPrinted();

const up = (w: World, release = "r2", more: Partial<PromoteOptions> = {}) =>
  promote("chat", release, { ...options, ...more }, w.world);
const back = (w: World, more: Partial<RollbackOptions> = {}) =>
  rollback("chat", { ...options, reason: "wrong language", ...more }, w.world);
const said = (work: Promise<unknown>): Promise<string> =>
  work.then(
    (code) => `exit ${code}`,
    (e: Error) => `${e.name} ${e.message}`,
  );
const chat = (w: World) => parse(w.text()).config["homeport:models"].chat;
const liveShare = (w: World, region = "local") => w.clusters[region]!.weights("app-chat");

describe("promote", () => {
  it("flips the route, then writes the pointers and nothing else into the stack file", async () => {
    const w = releaseWorld();
    const before = w.text();
    expect(await up(w)).toBe(0);
    expect(liveShare(w)).toEqual({ [serviceOf("1")]: 0, [serviceOf("2")]: 100 });
    expect(w.cluster.generation("app-chat")).toBe(8);
    expect(chat(w)).toMatchObject({ live: "r2", previous: ["r1"], generation: 8 });
    expect(chat(w).candidate).toBeUndefined();
    const kept = before.split("\n").filter((line) => !/live|candidate|generation/.test(line));
    expect(w.text().split("\n")).toEqual(expect.arrayContaining(kept));
    expect(existsSync(w.changeFile)).toBe(false);
    expect(JSON.parse(printed.out)).toMatchObject({
      live: "r2",
      generation: 8,
      done: true,
      regions: [{ region: "local", outcome: "flipped" }],
    });
  });

  it("applies exactly the route that a `homeport render` of the new stack file has", async () => {
    const w = releaseWorld({ helm: true });
    await up(w);
    const rendered = modelRoutes(loadStackText(w.paths, w.text()).stack, "local", "chat");
    const { generation: _, resourceVersion: __, ...metadata } = w.cluster.routes.get("app-chat")!.metadata;
    expect([{ ...w.cluster.routes.get("app-chat"), metadata }]).toEqual(rendered);
    const { objects } = await renderStack("fixture", { root: w.root });
    expect(rendered).toEqual(
      objects
        .map(({ object }) => object)
        .filter(({ kind, metadata: { namespace } }) => kind === "HTTPRoute" && namespace === NAMESPACES.models),
    );
  }, 60_000);

  it("refuses a release that is not ready, says how long it takes, and changes nothing", async () => {
    const w = releaseWorld();
    const before = w.text();
    w.cluster.deployments[serviceOf("2")] = { wanted: 1, available: 0 };
    expect(await said(up(w))).toContain(
      "r2 has 0 of 1 replicas ready in local, the rest takes up to 40 s; nothing was changed; watch it with",
    );
    delete w.cluster.deployments[serviceOf("2")];
    expect(await said(up(w))).toContain(
      "r2 is not deployed in local; deploying and starting it takes up to 40 s; nothing was changed; set models.chat.candidate",
    );
    w.cluster.away = "connection refused"; // a wrong name is wrong, whether a cluster answers or not
    expect(await said(up(w, "r9"))).toContain("InputError 1 problem; nothing was changed:\n  <release>: r9");
    expect([w.text(), w.cluster.applied]).toEqual([before, 0]);
  });

  it("says that the gateway has not taken the route over, and leaves it to be finished", async () => {
    const w = releaseWorld();
    w.cluster.deaf = true;
    expect(await up(w)).toBe(3);
    expect(printed.err).toContain("the gateway has not taken the route over within 10 s");
    expect(printed.err).toContain("finish it with 'homeport promote chat r2 --stack fixture'");
    w.cluster.deaf = false;
    expect(await up(w)).toBe(0);
    expect(existsSync(w.changeFile)).toBe(false);
    expect(chat(w).generation).toBe(8);
    expect(await said(up(w))).toContain("it is live already");
  });

  it("refuses to carry other edits of the stack file along; a rollback carries them and says so", async () => {
    const w = releaseWorld();
    w.write(
      w.text().replace("  homeport:policies", "  homeport:traffic: { hostname: llm.example.com }\n  homeport:policies"),
    );
    expect(await said(up(w))).toBe(
      "ClusterError app-chat in local is not as the stack file has it: spec.hostnames; deploy first (homeport local up, or pulumi up), then promote",
    );
    expect(w.cluster.generation("app-chat")).toBe(7);
    w.up();
    await up(w);
    w.write(w.text().replace("llm.example.com", "other.example.com"));
    expect(await back(w)).toBe(0);
    expect(printed.err).toContain(
      "app-chat in local is not as the stack file has it: spec.hostnames.0; the rollback deploys that too",
    );
  });

  it("loses against somebody who promotes another release at the same moment", async () => {
    const w = releaseWorld();
    const other = w.text().replace("live: r1", "live: r2").replace("generation: 7", "generation: 8");
    const list = w.cluster.list.bind(w.cluster);
    w.cluster.list = async (kinds) => {
      const seen = await list(kinds);
      const mine = w.text();
      w.write(
        other
          .replace("live: r2", "live: r1")
          .replace("{ release: r2, step: staged }", "{ release: r2, step: canary, percent: 50 }"),
      );
      w.up();
      w.write(mine);
      return seen;
    };
    const calls = said(up(w));
    expect(await calls).toContain(
      "somebody else has changed app-chat in local just now (generation 8); git pull or homeport promote",
    );
    expect(chat(w).live).toBe("r1");
  });

  it("looks again when only the gateway has written to the route since it was read", async () => {
    const w = releaseWorld();
    const list = w.cluster.list.bind(w.cluster);
    let looks = 0;
    w.cluster.list = async (kinds) => {
      const seen = await list(kinds);
      looks += 1;
      if (looks === 1) w.cluster.routes.get("app-chat")!.metadata.resourceVersion = "99";
      return seen;
    };
    expect(await up(w)).toBe(0);
    expect(liveShare(w)).toEqual({ [serviceOf("1")]: 0, [serviceOf("2")]: 100 });
    expect(w.cluster.applied).toBe(1);
    expect(looks).toBeGreaterThanOrEqual(2);
  });
});

describe("rollback", () => {
  it("prints a commit that a shell takes word for word, whatever the reason holds", async () => {
    const w = releaseWorld();
    await up(w);
    printed.out = "";
    await back(w, { json: false, reason: "it's $(rm -rf ~) slow" });
    expect(printed.out).toContain(
      "git commit -m 'Roll back chat to r1 (generation 9): r2 is withdrawn: it'\\''s $(rm -rf ~) slow' --",
    );
  });

  it("brings the old release back and withdraws the bad one, which keeps running without requests", async () => {
    const w = releaseWorld();
    await up(w);
    expect(await back(w)).toBe(0);
    expect(liveShare(w)).toEqual({ [serviceOf("1")]: 100, [serviceOf("2")]: 0 });
    expect(chat(w)).toMatchObject({
      live: "r1",
      previous: [],
      candidate: { release: "r2", step: "staged" },
      withdrawn: { r2: "wrong language" },
      generation: 9,
    });
    expect(await said(up(w))).toContain("models.chat.withdrawn.r2: wrong language");
    expect(await up(w, "r2", { reinstate: true })).toBe(0);
    expect(chat(w)).toMatchObject({ live: "r2", previous: ["r1"], generation: 10 });
  });

  it("changes nothing but the weights and the generation, so that `up` has nothing left to do", async () => {
    const w = releaseWorld();
    await up(w);
    await back(w);
    const applied = structuredClone(w.cluster.routes.get("app-chat"));
    w.up();
    expect(w.cluster.routes.get("app-chat")).toEqual(applied);
  });

  it("waits for a target that is still starting and says for how long; --now takes what there is", async () => {
    const w = releaseWorld();
    await up(w);
    w.cluster.deployments[serviceOf("1")] = { wanted: 2, available: 1 };
    let polls = 0;
    const list = w.cluster.list.bind(w.cluster);
    w.cluster.list = async (kinds) => {
      if (kinds.includes("deployments") && ++polls === 4)
        w.cluster.deployments[serviceOf("1")] = { wanted: 1, available: 1 };
      return list(kinds);
    };
    w.cluster.deployments[serviceOf("1")] = { wanted: 1, available: 0 };
    expect(await back(w)).toBe(0);
    expect(printed.err).toContain(
      "r1 has 0 of 1 replicas ready in local, the rest takes up to 40 s; rolling back then",
    );
    expect(polls).toBe(4);
  });

  it("gives up after the start-up budget and has changed nothing", async () => {
    const w = releaseWorld();
    await up(w);
    const before = w.text();
    w.cluster.deployments[serviceOf("1")] = { wanted: 1, available: 0 };
    expect(await said(back(w))).toContain("nothing was changed");
    expect(w.world.clock.elapsed()).toBeGreaterThan(40);
    expect(w.text()).toBe(before);
    expect(w.cluster.generation("app-chat")).toBe(8);
  });

  it("works although the rules have something against the stack", async () => {
    const w = releaseWorld();
    await up(w);
    w.write(
      w.text().replace("gpuClass: cpu", "gpuClass: cpu, max: 2").replace("models: [chat]", "models: [chat, gone]"),
    );
    expect(await back(w)).toBe(0);
    expect(printed.err).toContain("note: policies.app.models[1]");
  });

  it("commits the stack file alone and pushes it when asked", async () => {
    const w = releaseWorld();
    const git = (...args: string[]) =>
      execFileSync("git", ["-C", w.root, ...args], { encoding: "utf8", stdio: "pipe" });
    git("init", "-q", "-b", "main");
    git("config", "user.name", "test");
    git("config", "user.email", "test@example.com");
    git("add", "stacks");
    git("commit", "-q", "-m", "start");
    execFileSync("git", ["init", "-q", "--bare", `${w.root}/remote.git`]);
    git("remote", "add", "origin", `${w.root}/remote.git`);
    git("push", "-q", "-u", "origin", "main");
    writeFileSync(`${w.root}/stacks/mine.yaml`, "not to be committed");
    git("add", "stacks/mine.yaml");
    await up(w);
    expect(await back(w, { push: true })).toBe(0);
    expect(git("show", "--format=%s", "--name-only", "origin/main").trim().split("\n")).toEqual([
      "Roll back chat to r1 (generation 9): r2 is withdrawn: wrong language",
      "",
      "stacks/Pulumi.fixture.yaml",
    ]);
    git("remote", "set-url", "origin", `${w.root}/gone.git`);
    expect(await said(up(w, "r2", { reinstate: true, push: true }))).toMatch(
      /^OperationError the change is live, its commit is not pushed: /,
    );
    expect(chat(w).live).toBe("r2");
  });

  it("counts the streams that --cut ends", async () => {
    const w = releaseWorld();
    await up(w);
    await back(w, { cut: true });
    expect(
      JSON.parse(printed.out.slice(printed.out.indexOf('"verb": "rollback"') - 40).replace(/^[^{]*/, "")),
    ).toMatchObject({
      regions: [{ streamsCut: 3 }],
    });
    expect(w.cluster.killed).toBe(1);
  });

  it("refuses when there is nothing to go back to", async () => {
    expect(await said(back(releaseWorld()))).toContain(
      "models.chat.previous: []; no release here can be rolled back to",
    );
  });
});

describe("regions", () => {
  const share = (one: number, two: number) => ({ [serviceOf("1", "a100x2")]: one, [serviceOf("2", "a100x2")]: two });

  it("flips every region that answers, leaves the rest pending with exit code 3, and --resume finishes", async () => {
    const w = releaseWorld({ twoRegions: true });
    await up(w);
    w.clusters["us-west-2"]!.away = "Unable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout";
    expect(await back(w)).toBe(3);
    expect(liveShare(w, "us-east-1")).toEqual(share(100, 0));
    expect(chat(w).live).toBe("r1");
    expect(printed.err).toContain("--resume --stack fixture");
    expect(await back(w, { resume: true })).toBe(3);
    w.clusters["us-west-2"]!.away = undefined;
    expect(liveShare(w, "us-west-2")).toEqual(share(0, 100));
    const applied = w.clusters["us-east-1"]!.applied;
    expect(await back(w, { resume: true })).toBe(0);
    expect(liveShare(w, "us-west-2")).toEqual(share(100, 0));
    expect(w.clusters["us-east-1"]!.applied).toBe(applied);
    expect(await back(w, { resume: true })).toBe(0);
    expect(printed.err).toContain("nothing of chat is pending");
  });

  it("changes nothing when no region answers", async () => {
    const w = releaseWorld();
    await up(w);
    const before = w.text();
    w.cluster.away =
      "The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?";
    expect(await said(back(w))).toMatch(
      /^OperationError no region answers: local: The connection .* nothing was changed/,
    );
    expect(w.text()).toBe(before);
  });
});

describe("a stack file that is older than the cluster", () => {
  it("is refused with the sentence before anything changes, and the good release keeps answering", async () => {
    const w = releaseWorld();
    await up(w);
    const stale = w.text();
    await back(w);
    w.write(stale);
    expect(await said(up(w, "r1"))).toMatch(
      /routes are at generation 9, this stack file at 8; git pull or homeport promote/,
    );
    expect(w.text()).toBe(stale);
    expect(liveShare(w)).toEqual({ [serviceOf("1")]: 100, [serviceOf("2")]: 0 });
  });

  it("is refused by the cluster when somebody is faster, with the sentence", async () => {
    const w = releaseWorld();
    w.cluster.onApply = () => {
      w.cluster.routes.get("app-chat")!.metadata.annotations!["homeport.dev/generation"] = "12";
    };
    const before = w.text();
    expect(await said(up(w))).toBe(
      "ClusterError rolled back since (route app-chat is at generation 12, this is 8); git pull or homeport promote",
    );
    expect(w.text()).toBe(before);
    expect(existsSync(w.changeFile)).toBe(false);
  });
});

describe("a command that died", () => {
  const dies = () => {
    throw new Error("kill -9");
  };

  it("between the route and the stack file is finished by the same command, once", async () => {
    for (const verb of ["promote", "rollback"] as const) {
      const w = releaseWorld();
      if (verb === "rollback") await up(w);
      const run = () => (verb === "promote" ? up(w) : back(w));
      const before = w.text();
      w.cluster.afterApply = dies;
      expect(await said(run())).toContain("kill -9");
      expect(w.text()).toBe(before);
      w.cluster.afterApply = () => undefined;
      expect(await run()).toBe(0);
      expect(printed.err).toContain(`finishing the ${verb}`);
      expect(chat(w)).toMatchObject(verb === "promote" ? { live: "r2", generation: 8 } : { live: "r1", generation: 9 });
      expect(w.cluster.generation("app-chat")).toBe(chat(w).generation);
    }
  });

  it("in a promote is rolled back from what the route has, not from the old file", async () => {
    const w = releaseWorld();
    w.cluster.afterApply = dies;
    await said(up(w));
    w.cluster.afterApply = () => undefined;
    expect(await back(w)).toBe(0);
    expect(chat(w)).toMatchObject({ live: "r1", withdrawn: { r2: "wrong language" }, generation: 9 });
    expect(liveShare(w)).toEqual({ [serviceOf("1")]: 100, [serviceOf("2")]: 0 });
  });

  it("before its first route did not happen", async () => {
    const w = releaseWorld();
    w.cluster.onApply = dies;
    await said(up(w));
    expect(existsSync(w.changeFile)).toBe(true);
    w.cluster.onApply = () => undefined;
    expect(await said(back(w))).toContain("no release here can be rolled back to");
    expect(await up(w)).toBe(0);
    expect(chat(w)).toMatchObject({ live: "r2", generation: 8 });
  });

  it("keeps an edit that somebody made to the stack file meanwhile", async () => {
    const w = releaseWorld();
    w.cluster.afterApply = () => w.write(w.text().replace("startupSeconds: 40", "startupSeconds: 41 # slower disks"));
    expect(await up(w)).toBe(0);
    expect(chat(w)).toMatchObject({ live: "r2", startupSeconds: 41 });
    expect(readFileSync(w.paths.stack, "utf8")).toContain("# slower disks");
  });
});

describe("what an operator meets at night", () => {
  const twoPolicies = () => {
    const w = releaseWorld();
    w.write(w.text().replace("    app: {", "    batch: { models: [chat], class: internal }\n    app: {"));
    w.up();
    return w;
  };

  it("a rollback that one of two routes refused is finished by the same command", async () => {
    const w = twoPolicies();
    await up(w);
    w.cluster.edited = "batch-chat";
    expect(await said(back(w))).toContain("'kubectl-edit' has changed the route by hand");
    expect([w.cluster.generation("app-chat"), w.cluster.generation("batch-chat")]).toEqual([9, 8]);
    w.cluster.edited = undefined;
    expect(await back(w)).toBe(0);
    expect([w.cluster.generation("app-chat"), w.cluster.generation("batch-chat")]).toEqual([9, 9]);
    expect(chat(w)).toMatchObject({ live: "r1", generation: 9 });
  });

  it("a rollback that is repeated because it was not confirmed does not roll back twice", async () => {
    const w = releaseWorld();
    await up(w);
    w.write(
      w.text().replace("previous: [ r1 ]", "previous: [ r1, r3 ]").replace("previous: [r1]", "previous: [r1, r3]"),
    );
    expect(chat(w).previous).toEqual(["r1", "r3"]);
    w.up();
    w.cluster.deaf = true;
    expect(await back(w)).toBe(3);
    w.cluster.deaf = false;
    expect(await back(w)).toBe(0);
    expect(chat(w)).toMatchObject({ live: "r1", previous: ["r3"], generation: 9 });
    expect(Object.keys(chat(w).withdrawn)).toEqual(["r2"]);
  });

  it("one question that the API server does not answer makes no release ready", async () => {
    const w = releaseWorld();
    await up(w);
    const target = { wanted: 1, available: 0 };
    w.cluster.deployments[serviceOf("1")] = target;
    let polls = 0;
    w.world.clock.sleep = async () => {
      polls += 1;
      w.cluster.away = polls === 2 ? "Error from server (ServiceUnavailable): etcdserver: leader changed" : undefined;
      if (polls === 4) target.available = 1;
    };
    w.cluster.onApply = () => expect(target.available).toBe(1);
    expect(await back(w)).toBe(0);
    expect(polls).toBeGreaterThanOrEqual(4);
  });

  it("the release that served stays known to the gateway while the flip takes its requests away", async () => {
    const w = releaseWorld();
    await up(w);
    w.write(w.text().replace("      live: r2", "      candidate: { release: r3, step: staged }\n      live: r2"));
    w.up();
    expect(await back(w)).toBe(0);
    expect(chat(w).candidate).toEqual({ release: "r3", step: "staged" });
    expect(liveShare(w)).toEqual({ [serviceOf("1")]: 100, [serviceOf("2")]: 0, [serviceOf("3")]: 0 });
  });

  it("a route that was changed and then not seen again is changed, not pending", async () => {
    const w = releaseWorld();
    await up(w);
    w.cluster.afterApply = () => {
      w.cluster.away = "The connection to the server 10.0.0.1:6443 was refused";
    };
    expect(await back(w)).toBe(3);
    expect(JSON.parse(printed.out.slice(printed.out.lastIndexOf('{\n  "model"')))).toMatchObject({
      regions: [{ outcome: "unconfirmed" }],
    });
    expect(chat(w)).toMatchObject({ live: "r1", generation: 9 });
  });

  it("--resume of a rollback that never began says so, and cuts nothing", async () => {
    const w = releaseWorld();
    await up(w);
    w.cluster.onApply = () => {
      throw new Error("killed");
    };
    expect(await said(back(w))).toContain("killed");
    w.cluster.onApply = () => undefined;
    expect(await said(back(w, { resume: true, cut: true }))).toContain("never began: no route has it");
    expect(w.cluster.killed).toBe(0);
  });

  it("--resume in another checkout finishes what the regions show", async () => {
    const w = releaseWorld({ twoRegions: true });
    await up(w);
    w.clusters["us-west-2"]!.away = "The connection to the server was refused";
    expect(await back(w)).toBe(3);
    w.clusters["us-west-2"]!.away = undefined;
    rmSync(w.changeFile);
    expect(await back(w, { resume: true, cut: true })).toBe(0);
    expect(w.clusters["us-west-2"]!.generation("app-chat")).toBe(9);
    expect(w.clusters["us-west-2"]!.killed).toBe(0);
    expect(await back(w, { resume: true })).toBe(0);
    expect(printed.err).toContain("nothing of chat is pending");
  });

  it("a route that the stack file no longer has is named, not forgotten", async () => {
    const w = twoPolicies();
    await up(w);
    w.write(w.text().replace("    batch: { models: [chat], class: internal }\n", ""));
    expect(await back(w)).toBe(3);
    expect(printed.err).toContain("batch-chat is not in the stack file and keeps its old weights until you deploy");
  });
});
