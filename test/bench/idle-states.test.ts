import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withoutIdleStates } from "../../scripts/bench/idle-states";

const folder = mkdtempSync(join(tmpdir(), "idle-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("asks the kernel for no wake-up time while the work runs, and says so", async () => {
  const device = join(folder, "cpu_dma_latency");
  writeFileSync(device, "");
  const seen = await withoutIdleStates(async () => readFileSync(device).toJSON().data, device);
  expect(seen).toEqual({ result: [0, 0, 0, 0], kept: true });
});

test("works without the device, and says that it was not there", async () => {
  expect(await withoutIdleStates(async () => 7, join(folder, "none"))).toEqual({ result: 7, kept: false });
});
