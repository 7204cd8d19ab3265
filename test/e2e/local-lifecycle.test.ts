import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { toolBinary } from "../../infra/core/tool-binaries";
import { remains } from "../../scripts/local/down";
import { addressesOf, placesOf } from "../../scripts/local/layout";
import { findNode } from "../../scripts/local/node";
import { processes } from "../../scripts/local/processes";
import { slotOf } from "../../scripts/local/slot";
import { localStatus } from "../../scripts/local/status";

const ROOT = resolve(__dirname, "../..");
const MINUTES = 60_000;

/** A checkout of its own, beside whatever runs from this one. */
function secondCheckout(): string {
  const checkout = mkdtempSync(join(tmpdir(), "homeport-life-"));
  for (const part of ["infra", "scripts", "charts", "stacks", "package.json", "tsconfig.json", "Pulumi.yaml"])
    cpSync(join(ROOT, part), join(checkout, part), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(checkout, "node_modules"));
  return checkout;
}

const checkout = secondCheckout();
const places = placesOf(checkout);
const call = (...args: string[]): ChildProcess =>
  spawn(process.execPath, ["scripts/homeport.cjs", "local", ...args], { cwd: checkout, stdio: "ignore" });

async function homeport(...args: string[]): Promise<{ code: number; seconds: number }> {
  const start = Date.now();
  const [code] = (await once(call(...args), "exit")) as [number | null];
  return { code: code ?? -1, seconds: (Date.now() - start) / 1000 };
}

function killHard(found: { pid: number } | undefined): void {
  if (found === undefined) throw new Error("the process to kill does not run");
  process.kill(found.pid, "SIGKILL");
}

const up = (): Promise<{ code: number; seconds: number }> => homeport("up", "--no-stack");
const state = async (): Promise<string> => (await localStatus(checkout)).state;

/** Everything on the machine that carries this checkout's name or slot. */
function traces(): string[] {
  const slot = slotOf(checkout);
  const at = slot === undefined ? undefined : addressesOf(slot);
  const named = processes().filter(({ argv }) => argv.some((word) => word.includes(checkout)));
  return [...remains(checkout, at), ...named.map(({ argv }) => argv.join(" "))];
}

describe("the local cluster's life", () => {
  afterAll(async () => {
    await homeport("down");
    rmSync(checkout, { recursive: true, force: true });
  }, MINUTES);

  test(
    "starts, and starting it again takes little and restarts nothing",
    async () => {
      expect((await up()).code).toBe(0);
      expect(await state()).toBe("up");
      const before = findNode(places)?.startTicks;
      const again = await up();
      expect(again).toMatchObject({ code: 0 });
      expect(again.seconds).toBeLessThan(60);
      expect(findNode(places)?.startTicks).toBe(before);
    },
    10 * MINUTES,
  );

  test("its DNS knows the cluster's names and nothing else", async () => {
    const at = addressesOf(slotOf(checkout) ?? -1);
    const dns = new Resolver({ timeout: 2000, tries: 2 });
    dns.setServers([at.dnsAddress]);
    expect(await dns.resolve4("kubernetes.default.svc.cluster.local")).toEqual([at.apiServiceAddress]);
    await expect(dns.resolve4("example.com")).rejects.toMatchObject({ code: "ENOTFOUND" });
  });

  test(
    "ends as a machine does that loses power, and comes back with what it stored",
    async () => {
      const kubeconfig = places.kubeconfig;
      const kubectl = (...args: string[]) =>
        execFileSync(toolBinary("kubectl"), ["--kubeconfig", kubeconfig, ...args]).toString();
      kubectl("create", "configmap", "kept", "--from-literal=word=kept");
      killHard(findNode(places));
      await sleep(1000);
      expect(await state()).toBe("down");
      expect((await up()).code).toBe(0);
      expect(kubectl("get", "configmap", "kept", "--output=jsonpath={.data.word}")).toBe("kept");
    },
    10 * MINUTES,
  );

  test(
    "repairs one program that has died",
    async () => {
      const node = findNode(places);
      const scheduler = processes().find(
        ({ pidNamespace, argv }) => pidNamespace === node?.pidNamespace && argv[0]?.endsWith("/kube-scheduler"),
      );
      killHard(scheduler);
      await sleep(500);
      expect(await state()).toBe("broken");
      expect((await up()).code).toBe(0);
      expect(await state()).toBe("up");
    },
    10 * MINUTES,
  );

  test(
    "leaves nothing behind",
    async () => {
      const slot = slotOf(checkout);
      expect(slot).toBeDefined();
      const at = addressesOf(slot ?? 0);
      expect((await homeport("down")).code).toBe(0);
      expect(remains(checkout, at)).toEqual([]);
      expect(traces()).toEqual([]);
      expect(existsSync(places.root)).toBe(false);
      expect(readdirSync("/sys/class/net")).not.toContain(at.hostLink);
    },
    5 * MINUTES,
  );

  test(
    "kill -9 of the command at any moment loses only the step under way",
    async () => {
      mkdirSync(places.root, { recursive: true });
      // From before the first program to after the last: the whole start takes about fifteen seconds.
      for (const milliseconds of [400, 900, 1400, 1900, 2600, 3500, 5000, 8000]) {
        const running = call("up", "--no-stack");
        await sleep(milliseconds);
        running.kill("SIGKILL");
        if (running.exitCode === null && running.signalCode === null) await once(running, "exit");
      }
      expect((await up()).code).toBe(0);
      expect(await state()).toBe("up");
      expect((await homeport("down")).code).toBe(0);
      expect(traces()).toEqual([]);
    },
    15 * MINUTES,
  );
});
