import { spawn } from "node:child_process";
import { OperationError } from "../../infra/core/errors";
import { run } from "../local/command";

const INSTALL = "install the Pulumi CLI: https://www.pulumi.com/docs/install";

/** Runs the Pulumi CLI in the foreground: it asks and prints as if it had been called by hand. Answers its exit code. */
export function pulumi(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", args, { cwd, env: { ...process.env, ...env }, stdio: "inherit" });
    child.on("error", (cause) => reject(new OperationError("pulumi is not on the PATH", INSTALL, { cause })));
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** One resource of a stack's state, as `pulumi stack export` has it. */
export interface StoredResource {
  urn: string;
  type: string;
  id?: string;
  protect?: boolean;
  retainOnDelete?: boolean;
}

/** What Pulumi's state says that there is. */
export async function storedResources(environment: string, cwd: string): Promise<StoredResource[]> {
  const text = await run("pulumi", ["stack", "export", "--stack", environment], { cwd, fix: INSTALL });
  const state = JSON.parse(text) as { deployment?: { resources?: StoredResource[] } };
  return state.deployment?.resources ?? [];
}

/** Last part of a URN, the logical name: `us-east-1/cluster`. */
export const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");
