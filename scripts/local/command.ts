import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { OperationError } from "../../infra/core/errors";

interface RunOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Written to the command's standard input; without it the command reads nothing. */
  input?: string;
  /** File that also gets everything the command prints; long builds are followed there. */
  log?: string;
  /** What to do when it fails, in the error's second half. */
  fix?: string;
  /** Ends the program early; it then counts as failed. */
  signal?: AbortSignal;
}

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs to the end whatever the exit code; throws only when the program cannot be started. */
export function attempt(file: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const log = options.log === undefined ? undefined : createWriteStream(options.log, { flags: "a" });
    const text = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (chunk: string) => {
        text[stream] += chunk;
        log?.write(chunk);
      });
    }
    const end = () => void child.kill();
    options.signal?.addEventListener("abort", end, { once: true });
    child.on("error", (cause) =>
      reject(new OperationError(`${file} cannot be started`, options.fix ?? `install ${file}`, { cause })),
    );
    child.on("close", (code, signal) => {
      options.signal?.removeEventListener("abort", end);
      log?.end();
      resolve({ code: code ?? (signal === null ? 1 : 128), ...text });
    });
    // A program that ends without reading its input closes the pipe; its exit code tells the story.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });
}

/** Standard output of a command that must succeed; otherwise an OperationError with its last words. */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await attempt(file, args, options);
  if (code === 0) return stdout;
  const words = lastLines(stderr.trim() === "" ? stdout : stderr, 8);
  const called = [file.split("/").at(-1), ...args.slice(0, 3)].join(" ");
  throw new OperationError(
    `${called} … ended with ${code}:\n${words}\n`,
    options.fix ?? (options.log ? `see ${options.log}` : "HOMEPORT_DEBUG=1 shows where"),
  );
}

export const lastLines = (text: string, count: number): string => text.trimEnd().split("\n").slice(-count).join("\n");

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks again and again until the answer is defined; undefined when the time is over. */
export async function poll<T>(
  ask: () => Promise<T | undefined>,
  timeoutMs: number,
  everyMs = 200,
): Promise<T | undefined> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || Date.now() >= end) return answer;
    await sleep(everyMs);
  }
}
