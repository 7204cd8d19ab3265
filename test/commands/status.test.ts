import { promote } from "../../scripts/commands/promote";
import { rollback } from "../../scripts/commands/rollback";
import { status } from "../../scripts/commands/status";
import { catchPrinted } from "../support/printed";
import { releaseWorld, serviceOf } from "../support/release-world";

const options = { stack: "fixture", context: [] };
const printed = catchPrinted();
afterEach(() => {
  process.removeAllListeners("SIGINT");
});
type World = ReturnType<typeof releaseWorld>;
const shown = async (w: World, more: object = {}) => {
  printed.out = "";
  await status({ ...options, ...more }, w.world);
  return printed.out;
};

describe("homeport status", () => {
  it("shows pointers, shares and ready replicas of every release, and nothing more when all is well", async () => {
    const w = releaseWorld();
    const row = (n: number, rest: string) => `local   r${n}       ${serviceOf(String(n)).slice(5, 17)}  ${rest}`;
    expect((await shown(w)).split("\n")).toEqual([
      "chat, generation 7",
      "region  release  id            pointer      share  ready  mirrored",
      row(1, "live         100 %  1/1    2026-11-22"),
      row(2, "candidate    0 %    1/1    2026-11-22"),
      row(3, "not running  -      -      2026-11-22"),
      "",
    ]);
  });

  it("shows the reason of a withdrawal", async () => {
    const w = releaseWorld();
    await promote("chat", "r2", { ...options, json: true }, w.world);
    await rollback("chat", { ...options, json: true, reason: "wrong language" }, w.world);
    expect(await shown(w)).toMatch(/r2 .* withdrawn +0 %[\s\S]*! withdrawn r2: wrong language\n$/);
  });

  it("says that the stack file is behind the cluster, and what differs", async () => {
    const w = releaseWorld();
    const stale = w.text();
    await promote("chat", "r2", { ...options, json: true }, w.world);
    w.write(stale);
    const said = (await shown(w)).replace(/\n {2}/g, " ");
    expect(said).toContain(
      "! local: the route is at generation 8, ahead of the stack file (7); git pull or homeport promote",
    );
    expect(said).toContain("! local: r1 gets 0 % and should get 100 %; deploy, or git pull");
  });

  it("shows a region that is away and what is pending there, within 80 columns", async () => {
    const w = releaseWorld({ twoRegions: true });
    w.clusters["us-west-2"]!.away = "Unable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout";
    await promote("chat", "r2", { ...options, json: true }, w.world);
    const said = await shown(w);
    expect(said).toContain("us-west-2 does not answer: Unable to connect");
    expect(said.replace(/\n {2}/g, " ")).toMatch(
      /promote to r2 of \S+ is not finished in us-west-2; homeport promote chat r2/,
    );
    for (const line of said.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    const [model] = JSON.parse(await shown(w, { json: true }));
    expect(model).toMatchObject({
      model: "chat",
      generation: 8,
      routes: { "us-east-1": 8 },
      away: { "us-west-2": expect.any(String) },
    });
  });

  it("watches until Ctrl-C, at most an hour", async () => {
    const w = releaseWorld();
    const refreshes = () => printed.out.split("chat, generation").length - 1;
    let turns = 0;
    const { sleep } = w.world.clock;
    w.world.clock.sleep = async (ms) => {
      await sleep(ms);
      if (++turns === 3) process.emit("SIGINT");
    };
    await shown(w, { watch: true });
    expect(refreshes()).toBe(3);
    w.world.clock.sleep = async () => sleep(1_200_000);
    await shown(w, { watch: true });
    expect(refreshes()).toBe(3);
  });
});
