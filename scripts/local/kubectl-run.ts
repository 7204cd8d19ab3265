import { toolBinary } from "../../infra/core/tool-binaries";
import { attempt, run } from "./command";

export const kubectlBinary = (): string => toolBinary("kubectl");
export const kubectlArguments = (kubeconfig: string, args: readonly string[]): string[] => [
  "--kubeconfig",
  kubeconfig,
  ...args,
];

/** Standard output of kubectl against one cluster; must succeed. */
export const kubectl = (kubeconfig: string, args: readonly string[], input?: string): Promise<string> =>
  run(kubectlBinary(), kubectlArguments(kubeconfig, args), { input });

/** Only the exit code, for questions that may be answered no. */
export const kubectlCode = async (kubeconfig: string, args: readonly string[]): Promise<number> =>
  (await attempt(kubectlBinary(), kubectlArguments(kubeconfig, ["--request-timeout=5s", ...args]))).code;

/** Server-side apply of objects under one manager's name. */
export async function apply(
  kubeconfig: string,
  manager: string,
  objects: readonly object[],
  flags: readonly string[] = [],
): Promise<string> {
  if (objects.length === 0) return "";
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  return kubectl(kubeconfig, ["apply", "--server-side", `--field-manager=${manager}`, ...flags, "-f", "-"], list);
}
