import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { EvaluationAnswer, EvaluationRequest } from "./evaluate";
import type { PlannedResource } from "./recorder";

/** What the child may know of this machine: where its tools are, and whether to tell more of a failure. */
const inherited = ["PATH", "HOME", "XDG_CACHE_HOME", "TMPDIR", "HOMEPORT_DEBUG"] as const;

/**
 * A process in which the program is evaluated, as often as it is asked: the SDK keeps its state in globals, and takes
 * longer to load than the program takes to run.
 */
export class Evaluator {
  private readonly child: ChildProcess;
  private said = "";

  /** `sealed` are the config keys of which the caller has decrypted a part; render decrypts nothing. */
  constructor(root: string, sealed: readonly string[] = []) {
    const env: NodeJS.ProcessEnv = {
      PULUMI_ERROR_OUTPUT_STRING: "1",
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(sealed),
    };
    for (const name of inherited) if (process.env[name] !== undefined) env[name] = process.env[name];
    this.child = fork(join(__dirname, "evaluate.ts"), {
      env,
      silent: true,
      execArgv: ["--preserve-symlinks", "--require", "tsx/cjs"],
      cwd: root,
    });
    const listen = (chunk: Buffer) => {
      this.said += chunk.toString();
    };
    this.child.stdout?.on("data", listen);
    this.child.stderr?.on("data", listen);
  }

  /** One at a time. */
  evaluate(request: EvaluationRequest): Promise<PlannedResource[]> {
    const { child } = this;
    return new Promise<PlannedResource[]>((settle, fail) => {
      child.once("message", (answer: EvaluationAnswer) =>
        "failure" in answer ? fail(new Error(answer.failure)) : settle(answer.resources),
      );
      child.once("error", fail);
      child.once("exit", (code) => fail(new Error(`the program ended with ${code}: ${this.said.trim()}`)));
      child.send(request);
    }).finally(() => {
      for (const event of ["message", "error", "exit"]) child.removeAllListeners(event);
    });
  }

  close(): void {
    if (this.child.connected) this.child.disconnect();
  }
}

/** Evaluates the program once, in a process of its own. */
export async function evaluateProgram(
  request: EvaluationRequest,
  sealed: readonly string[] = [],
): Promise<PlannedResource[]> {
  const evaluator = new Evaluator(request.root, sealed);
  try {
    return await evaluator.evaluate(request);
  } finally {
    evaluator.close();
  }
}
