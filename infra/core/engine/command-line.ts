import type { EngineArguments } from "../release";
import { listItems } from "./check";
import { engineFlags } from "./flags";

/**
 * The arguments as `vllm serve` reads them, in the order of their names so that the same arguments give the same pod.
 * They must have passed `checkEngineArguments`. A `false` where the flag has no opposite is its absence.
 */
export function engineCommandLine(version: string, args: EngineArguments): string[] {
  const flags = engineFlags(version)?.flags ?? {};
  const names = Object.keys(args).sort();
  return names.flatMap((name) => {
    const value = args[name]!;
    const flag = flags[name];
    if (value === true) return [`--${name}`];
    if (value === false) return flag?.negation ? [`--${flag.negation}`] : [];
    // One word with "=", because a value may begin with a dash.
    return flag?.list ? [`--${name}`, ...(listItems(value) ?? []).map(String)] : [`--${name}=${value}`];
  });
}
