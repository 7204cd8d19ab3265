import { fork } from "node:child_process";
import { join } from "node:path";
import type { EvaluationAnswer, EvaluationRequest } from "./evaluate";
import type { PlannedResource } from "./recorder";

/** What the child may know of this machine: where its tools are. Nothing else can leak into the plan. */
const inherited = ["PATH", "HOME", "XDG_CACHE_HOME", "TMPDIR"] as const;

/**
 * Evaluates the program in a child process. `sealed` are the config keys of which the caller has decrypted a part, as
 * the Pulumi CLI would name them; render decrypts nothing.
 */
export function evaluateProgram(
  request: EvaluationRequest,
  sealed: readonly string[] = [],
): Promise<PlannedResource[]> {
  const env: NodeJS.ProcessEnv = {
    PULUMI_ERROR_OUTPUT_STRING: "1",
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(sealed),
  };
  for (const name of inherited) if (process.env[name] !== undefined) env[name] = process.env[name];
  const child = fork(join(__dirname, "evaluate.ts"), {
    env,
    silent: true,
    execArgv: ["--preserve-symlinks", "--require", "tsx/cjs"],
    cwd: request.root,
  });
  return new Promise((settle, fail) => {
    let said = "";
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("message", (answer: EvaluationAnswer) =>
      "failure" in answer ? fail(new Error(answer.failure)) : settle(answer.resources),
    );
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`the program ended with ${code}: ${said.trim()}`)));
    child.send(request);
  });
}
