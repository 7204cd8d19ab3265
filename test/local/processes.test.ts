import { spawn } from "node:child_process";
import { once } from "node:events";
import { environmentOf, processes, processOf, startTicksOf, stillRuns } from "../../scripts/local/processes";

describe("processes as the kernel tells them", () => {
  test("a process is found by its own command line and environment, and gone when it has ended", async () => {
    const child = spawn("sleep", ["60.25"], { env: { HOMEPORT_DAEMON: "probe" } });
    await once(child, "spawn");
    try {
      const found = processes().filter(({ argv }) => argv.join(" ") === "sleep 60.25");
      expect(found.map(({ pid }) => pid)).toEqual([child.pid]);
      expect(environmentOf(child.pid ?? 0, "HOMEPORT_DAEMON")).toBe("probe");
      expect(environmentOf(child.pid ?? 0, "HOMEPORT")).toBeUndefined();
      const seen = processOf(child.pid ?? 0);
      expect(seen !== undefined && stillRuns(seen)).toBe(true);
      child.kill("SIGKILL");
      await once(child, "exit");
      expect(seen !== undefined && stillRuns(seen)).toBe(false);
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("another process with the same number is not the same process", () => {
    const self = processOf(process.pid);
    expect(self).toBeDefined();
    if (self === undefined) return;
    expect(stillRuns(self)).toBe(true);
    expect(stillRuns({ ...self, startTicks: "1" })).toBe(false);
  });

  test("the start time is read right whatever the program calls itself", () => {
    const fields = Array.from({ length: 50 }, (_, n) => String(n + 3));
    expect(startTicksOf(`7 (a) b (c)) ${fields.join(" ")}`)).toBe("22");
  });
});
