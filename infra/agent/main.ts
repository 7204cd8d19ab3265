/** The agent image's only program; its first argument says what it is in this pod. */
import { GuardConfig, NodeCacheConfig, WaitWeightsConfig } from "../core/agent-config";
import { ExitCode, InputError } from "../core/errors";
import { guard } from "./guard/run";
import { parseSettings } from "./settings";
import { waitWeights } from "./wait-weights";

type Verb = (settings: string | undefined) => Promise<void>;

const verbs: Record<string, Verb> = {
  guard: (settings) => guard(parseSettings(GuardConfig, settings)),
  // Loaded when called: the S3 client is half of the bundle, and the guard must start fast.
  "node-cache": async (settings) =>
    (await import("./node-cache/run.js")).nodeCache(parseSettings(NodeCacheConfig, settings)),
  "wait-weights": (settings) => waitWeights(parseSettings(WaitWeightsConfig, settings)),
};

async function main(name: string | undefined): Promise<ExitCode> {
  try {
    const verb = name !== undefined && Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (!verb) {
      throw new InputError([
        { path: "verb", given: name ?? "none", allowed: Object.keys(verbs).join(", "), fix: "agent <verb>" },
      ]);
    }
    await verb(process.env.AGENT_CONFIG);
    return ExitCode.ok;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof InputError ? ExitCode.badInput : ExitCode.failed;
  }
}

void main(process.argv[2]).then((code) => process.exit(code));
