import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { OperationError } from "../../infra/core/errors";
import { lastLines, poll } from "./command";
import type { Daemon } from "./daemons";
import type { Places } from "./layout";
import { intoNode } from "./node";
import { environmentOf, type Process, processes, stillRuns } from "./processes";

/** Carries the hash of what a daemon was started with, so that a changed one is noticed and restarted. */
const MARK = "HOMEPORT_CONFIG";

const configHash = ({ argv, files, env }: Daemon): string =>
  createHash("sha256")
    .update(JSON.stringify([argv, files, env]))
    .digest("hex");

/** The running process of a daemon: same node, same program, whatever its configuration. */
export function findDaemon(node: Process, daemon: Daemon): Process | undefined {
  return processes().find(
    ({ argv, pidNamespace, pid }) =>
      pidNamespace === node.pidNamespace &&
      argv[0] === daemon.argv[0] &&
      environmentOf(pid, "HOMEPORT_DAEMON") === daemon.name,
  );
}

export const logOf = (places: Places, name: string): string => join(places.logs, `${name}.log`);

/** Starts a daemon, or restarts it when its configuration changed. True when it was started. */
export async function ensureDaemon(node: Process, places: Places, daemon: Daemon): Promise<boolean> {
  const hash = configHash(daemon);
  const running = findDaemon(node, daemon);
  if (running !== undefined && environmentOf(running.pid, MARK) === hash) return false;
  if (running !== undefined) await stop(running);
  for (const [file, content] of Object.entries(daemon.files)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: 0o600 });
  }
  const log = openSync(logOf(places, daemon.name), "a");
  const env = { ...ENVIRONMENT, ...daemon.env, HOMEPORT_DAEMON: daemon.name, [MARK]: hash };
  // setsid --fork: the daemon becomes a child of the node's first process and survives this command and its terminal.
  const child = spawn("nsenter", [...intoNode(node), "--", "setsid", "--fork", ...daemon.argv], {
    detached: true,
    stdio: ["ignore", log, log],
    env,
  });
  child.unref();
  const started = await poll(async () => findDaemon(node, daemon), 5_000, 20);
  if (started === undefined) throw died(places, daemon.name);
  return true;
}

const ENVIRONMENT = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root" };

/** Waits until `ready` answers true; a daemon that ends meanwhile is an error at once, with its last words. */
export async function awaitDaemon(
  node: Process,
  places: Places,
  daemon: Daemon,
  ready: () => Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  const answer = await poll(async () => {
    if (await ready()) return "ready";
    return findDaemon(node, daemon) === undefined ? "gone" : undefined;
  }, timeoutMs);
  if (answer !== "ready") throw died(places, daemon.name);
}

async function stop(process_: Process): Promise<void> {
  process.kill(process_.pid, "SIGTERM");
  const ended = await poll(async () => (stillRuns(process_) ? undefined : true), 10_000, 50);
  if (ended === undefined) process.kill(process_.pid, "SIGKILL");
}

function died(places: Places, name: string): OperationError {
  const log = logOf(places, name);
  const words = existsSync(log) ? lastLines(readFileSync(log, "utf8"), 5) : "";
  return new OperationError(`${name} does not run:\n${words}\n`, `see ${log}`);
}
