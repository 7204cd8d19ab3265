import { addressesOf } from "../../scripts/local/layout";
import { type MachineFacts, shortcomings } from "../../scripts/local/preflight";

const at = addressesOf(3);
const fine: MachineFacts = {
  platform: "linux",
  arch: "x64",
  userId: 0,
  freeBytes: { "/checkout": 40e9 },
  memoryBytes: 15.6 * 2 ** 30,
  overlayfs: true,
  cgroups: true,
  portTaken: false,
  routes: ["default via 172.16.0.1 dev eth0", "172.16.0.0/24 dev eth0 scope link"],
};
const found = (change: Partial<MachineFacts>, built = false) => shortcomings({ ...fine, ...change }, at, built);

describe("what a machine must have for a cluster of one's own", () => {
  test("a machine sold with 16 GiB is enough", () => expect(found({})).toEqual([]));

  test.each<[string, Partial<MachineFacts>, RegExp, RegExp]>([
    ["not root", { userId: 1000 }, /needs root/, /sudo, or name a cluster with --context/],
    ["little disk", { freeBytes: { "/checkout": 9.96e9 } }, /\/checkout has 10.0 GB free and 15 GB/, /XDG_CACHE_HOME/],
    ["little memory", { memoryBytes: 8 * 2 ** 30 }, /has 8.0 GiB of memory and 16 GiB/, /larger machine/],
    ["port taken", { portTaken: true }, /port 18083 on 127.0.0.1 is taken/, /ss -ltnp sport = :18083/],
    ["another system", { platform: "darwin" }, /Linux on x86-64, and this is darwin/, /kind/],
    ["no overlayfs", { overlayfs: false }, /no overlayfs/, /modprobe overlay/],
    ["no cgroups", { cgroups: false }, /cgroup is not writable/, /restricted container/],
    [
      "a route inside ours",
      { routes: ["10.214.3.128/25 dev tun0"] },
      /route "10.214.3.128\/25 dev tun0"/,
      /remove that/,
    ],
  ])("%s: one sentence and its fix", (_, change, message, fix) => {
    const problems = found(change);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toMatch(message);
    expect(problems[0]?.fix).toMatch(fix);
  });

  test("everything that is missing is said at once", () => {
    expect(found({ userId: 1, memoryBytes: 1, portTaken: true })).toHaveLength(3);
  });

  test("a VPN's wide route is no reason to refuse: our own are narrower", () => {
    expect(found({ routes: ["10.0.0.0/8 dev tun0"] })).toEqual([]);
  });

  test("less disk is enough once the tools are built", () => {
    expect(found({ freeBytes: { "/checkout": 5e9 } }, true)).toEqual([]);
    expect(found({ freeBytes: { "/checkout": 2e9 } }, true)).toHaveLength(1);
  });
});
