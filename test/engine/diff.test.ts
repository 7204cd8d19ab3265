import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { diffFlags } from "../../infra/core/engine/diff";
import { engineFlags, recordedMinors } from "../../infra/core/engine/flags";
import { FlagsFile } from "../../scripts/gen/engine-flags";

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
