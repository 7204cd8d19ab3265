import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeTinyLlama } from "../../scripts/local/models/tiny-llama";
import { engineRuntime } from "../../scripts/local/python";
import { freePort } from "./free-port";

/** A real vLLM on loopback that serves a tiny model: the local platform's runtime, without a pod around it. */
export class RealEngine {
  readonly log: string[] = [];
  constructor(
    readonly url: string,
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  /** Starts the process; it answers some 20 to 60 s later. Building the runtime the first time takes minutes. */
  static async start(maxSequences: number): Promise<RealEngine> {
    const runtime = process.env.HOMEPORT_ENGINE_RUNTIME ?? (await engineRuntime());
    const folder = await mkdtemp(join(tmpdir(), "homeport-engine-"));
    await writeTinyLlama(join(folder, "model"), 1);
    const port = await freePort();
    const serve = ["-m", "vllm.entrypoints.cli.main", "serve", join(folder, "model"), "--served-model-name=chat"];
    const shape = ["--dtype=float32", "--enforce-eager", "--max-model-len=4096", `--max-num-seqs=${maxSequences}`];
    const child = spawn(
      join(runtime, "venv", "bin", "python3"),
      [...serve, ...shape, "--host=127.0.0.1", `--port=${port}`, "--shutdown-timeout=1"],
      {
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          PATH: process.env.PATH,
          HOME: folder,
          VLLM_CACHE_ROOT: join(folder, "cache"),
          VLLM_NO_USAGE_STATS: "1",
          HF_HUB_OFFLINE: "1",
          VLLM_PLUGINS: "",
          OMP_NUM_THREADS: "1",
          VLLM_CPU_KVCACHE_SPACE: "1",
          VLLM_CPU_OMP_THREADS_BIND: "nobind",
          LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH,
        },
      },
    );
    const engine = new RealEngine(`http://127.0.0.1:${port}`, child, folder);
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => engine.log.push(String(text)));
    return engine;
  }

  /** The process that computes, a child of the one that answers HTTP. */
  async corePid(): Promise<number> {
    for (const { pid, command } of await descendants(this.process.pid ?? 0)) {
      if (command.includes("EngineCore")) return pid;
    }
    throw new Error(`no EngineCore below pid ${this.process.pid}`);
  }

  async stop(): Promise<void> {
    const all = await descendants(this.process.pid ?? 0);
    if (this.process.exitCode === null) {
      this.process.kill("SIGKILL");
      await once(this.process, "exit");
    }
    for (const { pid } of all) killIfThere(pid);
    await rm(this.folder, { recursive: true, force: true });
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it went with its parent
  }
}

async function descendants(root: number): Promise<{ pid: number; command: string }[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    parents.set(Number(name), parent);
  }
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === root || isBelow(parents.get(pid)));
  const found = [...parents].filter(([, parent]) => isBelow(parent));
  return Promise.all(
    found.map(async ([pid]) => ({ pid, command: await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "") })),
  );
}
