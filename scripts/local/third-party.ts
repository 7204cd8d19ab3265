import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { toolBinary } from "../../infra/core/tool-binaries";
import { attempt, poll, run } from "./command";
import { processes } from "./processes";
import { toolFolder } from "./toolchain";

/** One chart of somebody else's, installed by helm because its hooks must run. */
export interface ChartRelease {
  name: string;
  namespace: string;
  version: string;
  values: unknown;
}

/** Installs or upgrades Envoy Gateway with its CRDs; returns at once when the same values are deployed already. */
export async function installEnvoyGateway(
  kubeconfig: string,
  workFolder: string,
  release: ChartRelease,
): Promise<void> {
  const helm = (args: readonly string[], input?: string) =>
    run(toolBinary("helm"), ["--kubeconfig", kubeconfig, "--namespace", release.namespace, ...args], { input });
  // One that a killed command left behind finishes by itself; two at once would undo each other.
  await poll(async () => (helmRuns(kubeconfig) ? undefined : true), 320_000, 500);
  const deployed = await stateOf(kubeconfig, release);
  if (deployed.status === "deployed" && isDeepStrictEqual(deployed.values, release.values)) return;
  // helm was ended in the middle and would now refuse everything but these.
  if (deployed.status === "pending-install") await helm(["uninstall", release.name, "--wait"]);
  if (deployed.status?.startsWith("pending-") && deployed.status !== "pending-install")
    await helm(["rollback", release.name]);
  const chart = unpackChart(workFolder, release.version);
  const flags = ["--create-namespace", "--wait", "--timeout", "300s", "--values", "-"];
  await helm(["upgrade", "--install", release.name, chart, ...flags], JSON.stringify(release.values));
}

const helmRuns = (kubeconfig: string): boolean =>
  processes().some(({ argv }) => argv[0]?.endsWith("/helm") === true && argv.includes(kubeconfig));

async function stateOf(
  kubeconfig: string,
  { name, namespace }: ChartRelease,
): Promise<{ status?: string; values?: unknown }> {
  const args = ["--kubeconfig", kubeconfig, "--namespace", namespace, "status", name, "--output", "json"];
  const { code, stdout } = await attempt(toolBinary("helm"), args);
  if (code !== 0) return {};
  const { info, config } = JSON.parse(stdout) as { info: { status: string }; config?: unknown };
  return { status: info.status, values: config };
}

/** The module's chart is a template of a chart: its makers fill in image and version when they publish. */
function unpackChart(workFolder: string, version: string): string {
  const folder = join(workFolder, "gateway-helm");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(workFolder, { recursive: true });
  cpSync(join(toolFolder("envoy-gateway"), "gateway-helm"), folder, { recursive: true });
  fillIn(join(folder, "Chart.yaml"), [
    [/^version: .*/m, `version: ${version}`],
    [/^appVersion: .*/m, `appVersion: ${version}`],
  ]);
  const values = join(folder, "values.yaml");
  if (!existsSync(values)) cpSync(join(folder, "values.tmpl.yaml"), values);
  fillIn(values, [
    [/\$\{GatewayImage\}/, `docker.io/envoyproxy/gateway:${version}`],
    [/\$\{GatewayImagePullPolicy\}/, "IfNotPresent"],
  ]);
  return folder;
}

function fillIn(file: string, replacements: readonly (readonly [RegExp, string])[]): void {
  let text = readFileSync(file, "utf8");
  for (const [pattern, value] of replacements) text = text.replace(pattern, value);
  writeFileSync(file, text);
}
