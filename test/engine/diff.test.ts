import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diffFlags } from "../../infra/core/engine/diff";
import { engineFlags, recordedMinors } from "../../infra/core/engine/flags";
import { FlagsFile, recordEngineFlags } from "../../scripts/gen/engine-flags";

const folder = join(__dirname, "../../infra/core/engine");

test("every recorded file has the recorder's shape, its version's name, and is read by the checks", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".generated.json"));
  const minors = files.map((name) => {
    const { version } = FlagsFile.parse(JSON.parse(readFileSync(join(folder, name), "utf8")));
    expect(name).toBe(`flags-${version.replace(/\.\d+$/, "")}.generated.json`);
    return version.replace(/\.\d+$/, "");
  });
  expect(minors.sort()).toEqual([...recordedMinors()].sort());
});

test("the difference between two versions names added, removed and changed flags", () => {
  const [from, to] = [engineFlags("0.32")!, engineFlags("0.33")!];
  const forward = diffFlags(from, to);
  expect(forward.added).toEqual(["monokernel", "reasoning-effort-map", "sleep-mode-backend", "watchdog-config"]);
  expect(forward.removed).toEqual([]);
  expect(forward.changed).toContainEqual({
    flag: "enable-prefix-caching",
    property: "negation",
    from: "no-enable-prefix-caching",
    to: "disable-prefix-caching",
  });
  expect(diffFlags(to, from).removed).toEqual(forward.added);
  expect(diffFlags(from, from)).toMatchObject({ added: [], removed: [], changed: [] });
});

test("a recording is written from what the parser says, byte for byte the committed file", async () => {
  const scratch = mkdtempSync(join(tmpdir(), "homeport-"));
  const committed = readFileSync(join(folder, "flags-0.32.generated.json"), "utf8");
  const { version, flags, source, recordedOn } = FlagsFile.parse(JSON.parse(committed));
  const python = join(scratch, "python");
  writeFileSync(python, `#!/bin/sh\ncat ${scratch}/answer\n`, { mode: 0o755 });
  writeFileSync(join(scratch, "answer"), JSON.stringify({ version, flags }));
  const file = await recordEngineFlags(python, source, recordedOn, scratch);
  expect(readFileSync(file, "utf8")).toBe(committed);
});

test("a Python without vLLM is one sentence with its fix", async () => {
  await expect(recordEngineFlags("/bin/false", "nowhere", "2026-11-22", tmpdir())).rejects.toThrow(
    "give a Python that has vLLM installed",
  );
});
