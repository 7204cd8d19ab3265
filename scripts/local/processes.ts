import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A running process as the kernel tells it. Nothing is remembered in pid files, so nothing can be stale. */
export interface Process {
  pid: number;
  argv: readonly string[];
  /** Inode of its process namespace. */
  pidNamespace: string;
  /** Clock ticks after boot; with the pid it names a process for good. */
  startTicks: string;
}

/** Every process that this user may look at. */
export function processes(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processOf(Number(name)))
    .filter((found) => found !== undefined);
}

/** Undefined when it has ended, also while it is being read, and for zombies. */
export function processOf(pid: number): Process | undefined {
  try {
    const argv = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
    if (argv.length === 0) return undefined; // kernel threads and zombies have no command line
    return {
      pid,
      argv,
      pidNamespace: readlinkSync(`/proc/${pid}/ns/pid`),
      startTicks: startTicksOf(readFileSync(`/proc/${pid}/stat`, "utf8")),
    };
  } catch {
    return undefined;
  }
}

/** Field 22 of /proc/<pid>/stat, counted after the command name, which may itself hold spaces and brackets. */
export const startTicksOf = (stat: string): string =>
  stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .at(19) ?? "";

/** Still the same process, not another one that got its number. */
export const stillRuns = (process: Process): boolean => processOf(process.pid)?.startTicks === process.startTicks;

/** Value of one variable in a process's starting environment. */
export function environmentOf(pid: number, name: string): string | undefined {
  const file = `/proc/${pid}/environ`;
  if (!existsSync(file)) return undefined;
  try {
    return readFileSync(file, "utf8")
      .split("\0")
      .find((entry) => entry.startsWith(`${name}=`))
      ?.slice(name.length + 1);
  } catch {
    return undefined; // ended in between
  }
}
