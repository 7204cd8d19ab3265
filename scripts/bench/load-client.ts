import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { OperationError } from "../../infra/core/errors";
import type { LoadPlan, LoadResult } from "./load";

/** Load that runs in another process until it is stopped. */
export interface RunningLoad {
  /** Ends the schedule, waits for the streams that run, and hands out every outcome. */
  stop(): Promise<LoadResult>;
  /** Ends at once, without a result. */
  kill(): void;
}

export function startLoad(plan: LoadPlan): RunningLoad {
  const child = fork(join(__dirname, "load-process.ts"), {
    execArgv: ["--require", require.resolve("tsx/cjs")],
    serialization: "advanced",
  });
  const result = resultOf(child);
  // Whoever never stops the load must not see an unhandled rejection when it is killed.
  result.catch(() => undefined);
  child.send({ start: plan });
  return {
    stop: () => {
      child.send("stop");
      return result;
    },
    kill: () => void child.kill(),
  };
}

const resultOf = (child: ChildProcess): Promise<LoadResult> =>
  new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(message as LoadResult));
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      reject(new OperationError(`the load process ended early (${signal ?? code})`, "run the bench again")),
    );
  });
