import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { OperationError } from "../../infra/core/errors";

/**
 * Runs `work` while no other command changes the same checkout's platform. The kernel holds the lock for a child that
 * lives as long as its input is open, so it is free again however this command ends.
 */
export async function exclusively<T>(checkout: string, work: () => Promise<T>): Promise<T> {
  const folder = join(checkout, ".homeport");
  mkdirSync(folder, { recursive: true });
  const script = "echo locked; exec cat";
  const holder = spawn("flock", ["--nonblock", join(folder, "local.lock"), "sh", "-c", script], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = once(holder, "exit");
  try {
    const first = await Promise.race([once(holder.stdout, "data"), ended]);
    if (!String(first[0]).startsWith("locked"))
      throw new OperationError("another 'homeport local' works on this checkout", "wait until it has ended");
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
