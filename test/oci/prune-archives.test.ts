import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pruneArchives } from "../../scripts/lib/oci/prune-archives";

const folder = mkdtempSync(join(tmpdir(), "archives-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("archives that nobody asked for in a week go; the one in use, younger ones and everything else stay", async () => {
  const now = new Date("2026-11-22T12:00:00Z");
  const file = (name: string, days: number) => {
    const path = join(folder, name);
    writeFileSync(path, "x");
    const then = new Date(now.getTime() - days * 86_400_000);
    utimesSync(path, then, then);
    return path;
  };
  const [used, young, old] = ["a", "b", "c"].map((digit) => `${digit.repeat(64)}.tar`);
  file(young ?? "", 6);
  file(old ?? "", 8);
  file("coredns-0123456789abcdef.tar", 30);
  await pruneArchives(file(used ?? "", 30), now);
  expect(readdirSync(folder).sort()).toEqual([used, young, "coredns-0123456789abcdef.tar"].sort());
});
