import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LoadedStack } from "../../../infra/config/schema";
import { InputError } from "../../../infra/core/errors";
import { type ClusterAddress, type Kubectl, kubectl } from "../kubectl";

export interface ClusterOptions {
  kubeconfig?: string;
  /** `context`, or `region=context` once per region. */
  context: readonly string[];
}

/** The cluster of each region of a stack. */
export type Clusters = Readonly<Record<string, Kubectl>>;

/** `localKubeconfig` is what the local platform writes; used when nothing else is named. */
export function clustersOf({ config }: LoadedStack, options: ClusterOptions, localKubeconfig: string): Clusters {
  const { regions } = config;
  const named: Record<string, string> = {};
  for (const text of options.context) {
    const [, region = regions[0]!, context = text] = /^([a-z][a-z0-9-]*)=(.+)$/.exec(text) ?? [];
    named[region] = context;
  }
  const unknown = Object.keys(named).filter((region) => !regions.includes(region));
  if (unknown.length > 0)
    throw new InputError(
      unknown.map((given) => ({
        path: "--context",
        given,
        allowed: `a region of the stack: ${regions.join(", ")}`,
        fix: "correct the name",
      })),
    );
  const useLocal = options.kubeconfig === undefined && options.context.length === 0 && existsSync(localKubeconfig);
  const kubeconfig = useLocal ? localKubeconfig : options.kubeconfig;
  // As the program has it: with several regions, each has a kubeconfig context of its name.
  const context = (region: string) => named[region] ?? (regions.length > 1 ? region : undefined);
  const address = (region: string): ClusterAddress => ({ kubeconfig, context: context(region) });
  return Object.fromEntries(regions.map((region) => [region, kubectl(address(region))]));
}

export const localKubeconfig = (stateFolder: string): string => join(stateFolder, "kubeconfig");
