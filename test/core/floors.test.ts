import { compareVersions, faultsOf, floorOf, stalenessWarning } from "../../infra/core/floors";
import data from "../../infra/core/floors.json";

it("knows today's floors", () => {
  expect(floorOf("vllm")).toBe("0.31.0");
  expect(floorOf("nvidia-container-toolkit")).toBe("1.19.1");
});

it("compares versions by number, not by letter", () => {
  expect(compareVersions("0.9.0", "0.31.0")).toBeLessThan(0);
  expect(compareVersions("0.31.10", "0.31.9")).toBeGreaterThan(0);
  expect(compareVersions("1.0.0", "1.0.0")).toBe(0);
});

it("finds nothing wrong at the floor and above it", () => {
  expect(faultsOf("vllm", "0.31.0")).toEqual([]);
  expect(faultsOf("vllm", "0.33.1")).toEqual([]);
  expect(faultsOf("nvidia-container-toolkit", "1.19.0").map((f) => f.advisory)).toEqual(["CVE-2026-24260"]);
});

it("says when its data is more than 30 days old", () => {
  expect(stalenessWarning("2026-12-22")).toBeUndefined();
  expect(stalenessWarning("2026-12-23")).toBe(
    "version floors were last checked 31 days ago (2026-11-22); newer advisories are not in them: update homeport, or infra/core/floors.json",
  );
});

it("has a source and a three-part version in every row", () => {
  for (const row of data.rows) {
    expect(row.source).toMatch(/^https:\/\//);
    expect(row.fixedIn).toMatch(/^\d+\.\d+\.\d+$/);
  }
});
