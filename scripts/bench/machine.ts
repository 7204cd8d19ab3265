import { execFileSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";

/** Where and when a figure was measured; printed with every result. */
export interface Machine {
  date: string;
  cpu: string;
  cores: number;
  memoryGiB: number;
  kernel: string;
  node: string;
  commit: string;
}

export const machine = (): Machine => ({
  date: new Date().toISOString().slice(0, 16),
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.version,
  commit: commit(),
});

function commit(): string {
  const options = { cwd: join(__dirname, "../.."), encoding: "utf8", stdio: "pipe" } as const;
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], options).trim();
  } catch {
    return "no git";
  }
}

export const machineLine = (m: Machine): string =>
  `${m.date}Z, ${m.cores} × ${m.cpu}, ${m.memoryGiB} GiB, Linux ${m.kernel}, Node ${m.node}, commit ${m.commit}`;
