import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addressesOf, placesOf, SLOTS } from "../../scripts/local/layout";
import { claimSlot, releaseSlot, slotOf } from "../../scripts/local/slot";

describe("slots, by which checkouts on one machine stay apart", () => {
  let scratch: string;
  const cacheBefore = process.env.XDG_CACHE_HOME;
  const checkout = (name: string): string => {
    const folder = join(scratch, name);
    mkdirSync(placesOf(folder).root, { recursive: true });
    return folder;
  };

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), "homeport-slots-"));
    process.env.XDG_CACHE_HOME = join(scratch, "cache");
  });
  afterEach(() => {
    if (cacheBefore === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = cacheBefore;
    rmSync(scratch, { recursive: true, force: true });
  });

  test("every checkout gets one of its own and keeps it", () => {
    const [a, b] = [checkout("a"), checkout("b")];
    const [first, second] = [claimSlot(a), claimSlot(b)];
    expect(first).not.toBe(second);
    expect(claimSlot(a)).toBe(first);
    expect(slotOf(b)).toBe(second);
  });

  test("one that was given back is free again", () => {
    const [a, b] = [checkout("a"), checkout("b")];
    const first = claimSlot(a);
    releaseSlot(a);
    expect(slotOf(a)).toBeUndefined();
    expect(claimSlot(b)).toBe(first);
  });

  test("kill -9 between the claim and the checkout's own note of it loses no slot", () => {
    const a = checkout("a");
    const first = claimSlot(a);
    rmSync(placesOf(a).slotFile);
    expect(claimSlot(a)).toBe(first);
    expect(readdirSync(join(scratch, "cache/homeport/slots"))).toHaveLength(1);
  });

  test("a copied checkout does not take the original's slot", () => {
    const [a, copy] = [checkout("a"), checkout("copy")];
    claimSlot(a);
    mkdirSync(placesOf(copy).root, { recursive: true });
    copyFileSync(placesOf(a).slotFile, placesOf(copy).slotFile);
    expect(slotOf(copy)).toBeUndefined();
    expect(claimSlot(copy)).not.toBe(slotOf(a));
  });

  test("when all are taken, those of deleted checkouts are taken over, and then the error says what to do", () => {
    // Slots of platforms that run on this machine right now are never handed out.
    const running = readdirSync("/sys/class/net").filter((name) => /^homeport\d+$/.test(name)).length;
    const all = Array.from({ length: SLOTS - running }, (_, n) => checkout(`c${n}`));
    const free = all.map((folder) => claimSlot(folder));
    expect(new Set(free).size).toBe(free.length);
    rmSync(all[3] ?? "", { recursive: true });
    expect(claimSlot(checkout("late"))).toBe(free[3]);
    expect(() => claimSlot(checkout("too-late"))).toThrow(/64 places .* are taken; run 'homeport local down'/);
  });

  test("no two slots share an address, a port, a link or a cgroup", () => {
    const values = Array.from({ length: SLOTS }, (_, n) => addressesOf(n));
    for (const name of ["hostLink", "nodeAddress", "podCidr", "serviceCidr", "cgroup", "hostPort"] as const)
      expect(new Set(values.map((at) => at[name])).size).toBe(SLOTS);
  });
});
