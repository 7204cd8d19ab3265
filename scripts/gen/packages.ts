import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";

/** A wheel on PyPI, by version and digest: what it holds is read, never imported or run. */
export interface Wheel {
  name: string;
  version: string;
  sha256: string;
}

/** `litellm 1.109.1`: how a source is named in a row. */
export const nameOf = ({ name, version }: Wheel): string => `${name} ${version}`;

/** The files of a wheel that `wanted` picks, by path. Throws where the digest is another one. */
export function wheelFiles(
  { name, version, sha256 }: Wheel,
  wanted: (path: string) => boolean,
): Map<string, Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), "homeport-wheel-"));
  try {
    const options = ["-q", "--no-deps", "--only-binary", ":all:", "-d", folder];
    execFileSync("python3", ["-m", "pip", "download", ...options, `${name}==${version}`]);
    const wheel = readFileSync(join(folder, readdirSync(folder)[0] ?? ""));
    const found = createHash("sha256").update(wheel).digest("hex");
    if (found !== sha256) throw new Error(`${name} ${version} is ${found}, expected ${sha256}`);
    return new Map(Object.entries(unzipSync(wheel, { filter: (file) => wanted(file.name) })));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same as text. */
export const wheelTexts = (wheel: Wheel, wanted: (path: string) => boolean): Map<string, string> =>
  new Map([...wheelFiles(wheel, wanted)].map(([path, data]) => [path, strFromU8(data)]));

/** The text files of a Go module that `wanted` picks, by path; Go itself holds the version against its checksum database. */
export function goModuleTexts(name: string, version: string, wanted: (path: string) => boolean): Map<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "homeport-module-"));
  try {
    // Its exit code says that the module wants a newer compiler; the archive is there all the same.
    const command = `go mod download -json ${name}@${version} || true`;
    const { Zip } = JSON.parse(execFileSync("sh", ["-c", command], { cwd: folder }).toString());
    const files = unzipSync(readFileSync(Zip), { filter: (file) => wanted(file.name) });
    return new Map(Object.entries(files).map(([path, data]) => [path, strFromU8(data)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
