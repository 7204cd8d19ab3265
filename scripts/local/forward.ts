import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { OperationError } from "../../infra/core/errors";
import { poll } from "./command";
import type { Addresses, Places } from "./layout";
import { type Process, processes, stillRuns } from "./processes";
import { logOf } from "./supervisor";
import { toolPath } from "./toolchain";

/** The program that carries the host's loopback port to the gateway: in the node's processes, but the host's network. */
export function findForward(node: Process): Process | undefined {
  // By its name alone: one that an older version of this checkout built and started is ours as well.
  return processes().find(
    ({ argv, pidNamespace }) => pidNamespace === node.pidNamespace && argv[0]?.endsWith("/bin/forward") === true,
  );
}

/** Opens 127.0.0.1:<hostPort> towards `target` (`address:port`); one that already leads there is kept. */
export async function ensureForward(node: Process, places: Places, at: Addresses, target: string): Promise<void> {
  const listen = `127.0.0.1:${at.hostPort}`;
  const running = findForward(node);
  if (running !== undefined && running.argv[1] === listen && running.argv[2] === target) return;
  if (running !== undefined) {
    process.kill(running.pid, "SIGKILL");
    await poll(async () => (stillRuns(running) ? undefined : true), 5_000, 20);
  }
  const log = openSync(logOf(places, "forward"), "a");
  const argv = ["setsid", "--fork", toolPath("node", "forward"), listen, target];
  // Only the process namespace: it ends with the node, but listens where the host's programs are.
  const child = spawn("nsenter", [`--target=${node.pid}`, "--pid", "--", ...argv], {
    detached: true,
    stdio: ["ignore", log, log],
    cwd: "/",
  });
  child.unref();
  const started = await poll(async () => findForward(node), 5_000, 20);
  if (started === undefined)
    throw new OperationError(`nothing listens on ${listen}`, `see ${logOf(places, "forward")}`);
}
