import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { OperationError } from "../../infra/core/errors";
import { cacheHome } from "../../infra/core/tool-binaries";
import { attempt, lastLines } from "./command";
import { KUBERNETES_VERSION } from "./layout";

interface GoModule {
  /** Folder of its sources, from this one; `tools/<name>` when absent. */
  sources?: string;
  /** Programs it must yield. */
  programs: readonly string[];
  /** Built on a cold cache with two cores, in seconds. */
  expectedSeconds: number;
  target: "tool" | "." | "./...";
  linkFlags?: string;
  /** Program name by the name that `go build` gives it. */
  rename?: Readonly<Record<string, string>>;
  /** Folder of a required module that is part of the result: `{ module, folder }`. */
  copy?: { module: string; folder: string };
}

const version = (name: string, value: string): string => `-X k8s.io/component-base/version.${name}=${value}`;

export const GO_MODULES = {
  kubernetes: {
    programs: ["etcd", "kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubelet"],
    expectedSeconds: 420,
    target: "tool",
    rename: { server: "etcd" },
    // Without these the API server calls itself v0.0.0, which helm and client version checks refuse.
    linkFlags: [
      version("gitVersion", KUBERNETES_VERSION),
      version("gitMajor", KUBERNETES_VERSION.slice(1).split(".")[0] ?? ""),
      version("gitMinor", KUBERNETES_VERSION.split(".")[1] ?? ""),
    ].join(" "),
  },
  coredns: { programs: ["coredns"], expectedSeconds: 60, target: "." },
  "envoy-gateway": {
    programs: ["envoy-gateway"],
    expectedSeconds: 150,
    target: "tool",
    copy: { module: "github.com/envoyproxy/gateway", folder: "charts/gateway-helm" },
  },
  versitygw: { programs: ["versitygw"], expectedSeconds: 60, target: "tool" },
  node: { programs: ["forward", "pause"], expectedSeconds: 5, target: "./..." },
  "kube-score": {
    sources: "../lib/checkers/tools/kube-score",
    programs: ["kube-score"],
    expectedSeconds: 60,
    target: "tool",
  },
  "pod-security": {
    sources: "../lib/checkers/tools/pod-security",
    programs: ["pod-security"],
    expectedSeconds: 60,
    target: ".",
  },
  promtool: {
    sources: "../lib/checkers/tools/promtool",
    programs: ["promtool", "amtool"],
    expectedSeconds: 270,
    target: "tool",
  },
} as const satisfies Record<string, GoModule>;
export type GoModuleName = keyof typeof GO_MODULES;

/** What a cluster of our own is made of. */
export const CLUSTER_MODULES = ["kubernetes", "coredns", "envoy-gateway", "versitygw", "node"] as const;

const sourcesOf = (name: GoModuleName): string => {
  const { sources }: GoModule = GO_MODULES[name];
  return join(__dirname, sources ?? join("tools", name));
};

/** Where the built programs of a module are or will be: its sources, flags and architecture name the folder. */
export function toolFolder(name: GoModuleName): string {
  const { target, sources: _, ...flags }: GoModule = GO_MODULES[name];
  const key = folderKey(sourcesOf(name), JSON.stringify([process.arch, target, flags]));
  return join(cacheHome(), "tools", `${name}-${key}`);
}

/** Path of a built program; the module must have been built. */
export const toolPath = (name: GoModuleName, program: string): string => join(toolFolder(name), "bin", program);

/** Sixteen hex digits over the names and bytes of every file below a folder, and a word of one's own. */
export function folderKey(folder: string, word: string): string {
  const hash = createHash("sha256").update(word);
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    const file = join(folder, name);
    if (statSync(file).isFile()) hash.update(`\0${relative(folder, file)}\0`).update(readFileSync(file));
  }
  return hash.digest("hex").slice(0, 16);
}

const GO_SETTINGS = { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly" };

/** Builds a module's programs unless they are there. */
export async function buildGoModule(name: GoModuleName): Promise<string> {
  const { target, programs, linkFlags, rename, copy }: GoModule = GO_MODULES[name];
  const final = toolFolder(name);
  if (existsSync(final)) return final;
  await requireGo();
  const script = [
    // Without debug data, which costs a tenth of the time to make and which -s -w would throw away again.
    `go build -trimpath -buildvcs=false -gcflags=all=-dwarf=false -ldflags "-s -w ${linkFlags ?? ""}" -o "$PART/bin/" ${target}`,
    ...Object.entries(rename ?? {}).map(([from, to]) => `mv "$PART/bin/${from}" "$PART/bin/${to}"`),
    ...programs.map((program) => `test -x "$PART/bin/${program}"`),
    ...(copy === undefined ? [] : [`cp -r "$(go list -m -f '{{.Dir}}' ${copy.module})/${copy.folder}" "$PART/"`]),
    'chmod -R u+w "$PART"',
  ].join("\n");
  // The build cache keeps what an interrupted build had done.
  await makeOnce(final, script, { cwd: sourcesOf(name), env: GO_SETTINGS });
  return final;
}

/** Brings a module's sources into Go's cache, so that its build need not wait for the network; a failure is the build's. */
export async function fetchGoModule(name: GoModuleName): Promise<void> {
  if (existsSync(toolFolder(name))) return;
  const env = { ...process.env, ...GO_SETTINGS };
  await attempt("nice", ["go", "list", "-deps", GO_MODULES[name].target], { cwd: sourcesOf(name), env }).catch(
    () => undefined,
  );
}

async function requireGo(): Promise<void> {
  const { code, stdout } = await attempt("go", ["env", "GOVERSION"]).catch(() => ({ code: 1, stdout: "" }));
  const minor = Number(/^go1\.(\d+)/.exec(stdout)?.[1] ?? 0);
  if (code === 0 && minor >= 21) return;
  throw new OperationError(
    `Go 1.21 or newer is needed to build this program and ${code === 0 ? `this is ${stdout.trim()}` : "is not on the PATH"}`,
    "install Go (newer toolchains are then fetched by it); `local up` needs none when it is given a cluster by --context",
  );
}

/**
 * Makes a folder that appears under its name only when complete. The lock is the kernel's and is held by the working
 * process itself: a second checkout waits for it, and after kill -9 of this command the work still finishes.
 * The script runs in `cwd` with `$PART`, the folder to fill.
 */
export async function makeOnce(
  final: string,
  script: string,
  options: { cwd: string; env?: Record<string, string> },
): Promise<void> {
  if (existsSync(final)) return;
  mkdirSync(join(final, ".."), { recursive: true });
  const whole = [
    "set -eu",
    "umask 022",
    'test ! -e "$FINAL" || exit 0',
    // To a file, not to us: a script that outlives us must not die of a closed pipe.
    'exec >"$FINAL.log" 2>&1',
    'rm -rf "$FINAL".part-*',
    'PART="$FINAL.part-$$"; export PART',
    'mkdir -p "$PART"',
    script,
    'mv "$PART" "$FINAL"',
  ].join("\n");
  const { code } = await attempt("flock", [`${final}.lock`, "nice", "sh", "-c", whole], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env, FINAL: final },
  });
  if (code === 0) return;
  const words = existsSync(`${final}.log`) ? lastLines(readFileSync(`${final}.log`, "utf8"), 8) : "";
  throw new OperationError(
    `making ${final} ended with ${code}:\n${words}\n`,
    `see ${final}.log; run the command again, what was done is kept`,
  );
}
