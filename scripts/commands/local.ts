import { spawn } from "node:child_process";
import { resolve } from "node:path";
import type { Command } from "commander";
import { ExitCode, InputError } from "../../infra/core/errors";
import { action } from "../lib/action";
import { step, table, terminal } from "../lib/report";
import { policyKey, policyUrl } from "../local/client-access";
import { deployStack } from "../local/deploy";
import { takeDown } from "../local/down";
import { exclusively } from "../local/exclusively";
import { kubectlArguments, kubectlBinary } from "../local/kubectl-run";
import { placesOf } from "../local/layout";
import { applyToContext } from "../local/named-cluster";
import { ensureCluster } from "../local/platform";
import { localStatus, logNames } from "../local/status";
import { logOf } from "../local/supervisor";

const CHECKOUT = resolve(__dirname, "../..");

/** `homeport local`: a real Kubernetes of this checkout's own, on this machine. */
export function register(program: Command): void {
  const local = program.command("local").description("a real cluster of this checkout's own, on this machine");
  local
    .command("up")
    .description("build what is missing, start or repair the cluster, and deploy the stack `local` onto it")
    .option("--no-stack", "only the cluster")
    .option("--context <name>", "use this kubeconfig context's cluster instead of one of our own")
    .option("--environment <env>", "with --context: which stack is applied to it", "local")
    .option("--json", "print the result as JSON")
    .action(action(up));
  local
    .command("down")
    .description("end and remove everything that `up` made here; built tools stay in the user's cache")
    .option("--keep-state", "only end the processes; the next `up` continues with the same objects and weights")
    .action(action(async ({ keepState }: { keepState?: boolean }) => down(keepState === true)));
  local.command("status").description("what runs").option("--json", "print JSON").action(action(status));
  local
    .command("url")
    .argument("[policy]", "default: the only one")
    .description("base URL for an OpenAI client")
    .action(action(async (policy?: string) => print(await policyUrl(CHECKOUT, policy))));
  local
    .command("key")
    .argument("[policy]", "default: the only one")
    .description("the policy's client key")
    .action(action(async (policy?: string) => print(await policyKey(CHECKOUT, policy))));
  local
    .command("logs")
    .argument("[component]", "program of the node, or namespace/pod")
    .description("what a program or a pod has printed; without a name, the names")
    .option("-f, --follow", "go on as it is written")
    .option("-n, --lines <count>", "lines from the end", "200")
    .action(action(logs));
}

interface UpOptions {
  json?: boolean;
  stack: boolean;
  context?: string;
  environment: string;
}

async function up({ json, stack, context, environment }: UpOptions): Promise<ExitCode> {
  if (context !== undefined) {
    const kubeconfig = await exclusively(CHECKOUT, () => applyToContext(CHECKOUT, context, environment));
    if (json) terminal.json({ kubeconfig, context });
    else terminal.out(`${environment} runs on ${context}: export KUBECONFIG=${kubeconfig}`);
    return ExitCode.ok;
  }
  const { kubeconfig, nodeName, baseUrl, images, store } = await exclusively(CHECKOUT, async () => {
    const platform = await step("local cluster", undefined, () => ensureCluster({ checkout: CHECKOUT }));
    if (stack) await deployStack(platform, CHECKOUT);
    return platform;
  });
  if (json) terminal.json({ kubeconfig, nodeName, baseUrl, images, store: { ...store, secretAccessKey: "[secret]" } });
  else terminal.out(`The cluster is up: export KUBECONFIG=${kubeconfig}`);
  return ExitCode.ok;
}

/** Straight to stdout: `terminal` would mask the key that was asked for. */
function print(text: string): ExitCode {
  process.stdout.write(`${text}\n`);
  return ExitCode.ok;
}

async function down(keepState: boolean): Promise<ExitCode> {
  await exclusively(CHECKOUT, () => takeDown(CHECKOUT, { keepState }));
  return ExitCode.ok;
}

async function status({ json }: { json?: boolean }): Promise<ExitCode> {
  const found = await localStatus(CHECKOUT);
  if (json) terminal.json(found);
  else {
    terminal.out(`${found.state}${found.baseUrl === undefined ? "" : `, ${found.baseUrl}`}`);
    if (found.kubeconfig !== undefined) terminal.out(`export KUBECONFIG=${found.kubeconfig}`);
    const rows = found.parts.map(({ name, state, memoryMiB }) => [name, state, memoryMiB ? `${memoryMiB} MiB` : ""]);
    if (rows.length > 0) terminal.out(table([["part", "state", "memory"], ...rows]));
  }
  return found.state === "up" ? ExitCode.ok : ExitCode.failed;
}

async function logs(
  component: string | undefined,
  { follow, lines }: { follow?: boolean; lines: string },
): Promise<ExitCode> {
  const names = logNames(CHECKOUT);
  if (component === undefined) {
    terminal.out([...names, "<namespace>/<pod>"].join("\n"));
    return ExitCode.ok;
  }
  const [namespace, pod] = component.split("/");
  const places = placesOf(CHECKOUT);
  if (pod === undefined && !names.includes(component))
    throw new InputError([
      {
        path: "component",
        given: component,
        allowed: names.join(", ") || "none: nothing has run in this checkout",
        fix: "name one of them, or <namespace>/<pod>",
      },
    ]);
  if (pod === undefined) return show("tail", ["-n", lines, ...(follow ? ["-F"] : []), logOf(places, component)]);
  const flags = ["logs", "--namespace", namespace ?? "", pod, "--all-containers", `--tail=${lines}`];
  return show(kubectlBinary(), kubectlArguments(places.kubeconfig, [...flags, ...(follow ? ["--follow"] : [])]));
}

/** Hands the terminal to a program that prints logs, until it or the user ends it. */
const show = (file: string, args: readonly string[]): Promise<ExitCode> =>
  new Promise((done) => {
    const child = spawn(file, args, { stdio: "inherit" });
    child.on("error", () => done(ExitCode.failed));
    child.on("close", (code) => done(code === 0 ? ExitCode.ok : ExitCode.failed));
  });
