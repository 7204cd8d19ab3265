import { APPLY_STAGES, type ApplyStage, stageOf } from "../../infra/core/apply-stages";
import { type KubernetesObject, objectTitle } from "../../infra/core/kubernetes-object";
import { FIELD_MANAGER } from "../../infra/core/names";
import { step } from "../lib/report";
import { readInventory, writeInventory } from "./inventory";
import { apply, kubectl } from "./kubectl-run";
import { waitUntilReady } from "./readiness";
import { type ChartRelease, installEnvoyGateway } from "./third-party";

export interface StagedStack {
  objects: readonly KubernetesObject[];
  charts: readonly ChartRelease[];
}

export interface StageOptions {
  kubeconfig: string;
  /** For the unpacked chart. */
  workFolder: string;
  /** Value of a placeholder `${secret:<path>}`, or of a field `<Secret's name>.<key>` that the render does not show. */
  secret: (path: string) => string;
}

const EXPECTED_SECONDS: Partial<Record<ApplyStage, number>> = { "third-party": 15, releases: 40 };

/**
 * Brings the cluster to what was rendered, stage by stage; each waits until it is ready before the next begins.
 * Objects of earlier applies that are no longer rendered are deleted at the end, last stage first, and only when
 * every stage succeeded: a half-applied change never takes away what still serves.
 */
export async function applyStages(stack: StagedStack, options: StageOptions): Promise<void> {
  const { kubeconfig } = options;
  const objects = stack.objects.map((object) => withSecrets(object, options.secret));
  let gateways: Promise<void> = Promise.resolve();
  for (const stage of APPLY_STAGES) {
    if (stage === "policies") await gateways;
    const own = objects.filter((object) => stageOf(object) === stage);
    if (own.length === 0 && stage !== "third-party") continue;
    await step(stage, EXPECTED_SECONDS[stage], async () => {
      if (stage === "third-party")
        for (const chart of stack.charts) await installEnvoyGateway(kubeconfig, options.workFolder, chart);
      await apply(kubeconfig, FIELD_MANAGER, own);
      if (stage !== "gateways") await waitUntilReady(kubeconfig, own);
    });
    // Proxies start beside the engines; what comes between does not need them.
    if (stage === "gateways") gateways = eventually(step("proxies ready", 12, () => waitUntilReady(kubeconfig, own)));
    // After the first stage its namespace is there; before anything else exists, it knows what may come to exist.
    if (stage === "namespaces") await remember(kubeconfig, objects);
  }
  await prune(kubeconfig, objects);
}

/** A failure is told where the promise is awaited, also when that is later. */
function eventually<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

async function remember(kubeconfig: string, objects: readonly KubernetesObject[]): Promise<void> {
  const known = await readInventory(kubeconfig);
  await writeInventory(kubeconfig, [...known, ...objects]);
}

async function prune(kubeconfig: string, objects: readonly KubernetesObject[]): Promise<void> {
  const wanted = new Set(objects.map(objectTitle));
  const surplus = (await readInventory(kubeconfig)).filter((object) => !wanted.has(objectTitle(object)));
  const order = (object: KubernetesObject): number => APPLY_STAGES.indexOf(stageOf(object));
  for (const object of surplus.sort((a, b) => order(b) - order(a)))
    await step(`remove ${objectTitle(object)}`, undefined, () => remove(kubeconfig, object));
  await writeInventory(kubeconfig, objects);
}

async function remove(kubeconfig: string, { apiVersion, kind, metadata }: KubernetesObject): Promise<void> {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const type = group === "" ? kind : `${kind}.${version}.${group}`;
  const where = metadata.namespace === undefined ? [] : ["--namespace", metadata.namespace];
  await kubectl(kubeconfig, ["delete", type, metadata.name, ...where, "--ignore-not-found", "--timeout=300s"]);
}

const PLACEHOLDER = /^\$\{secret:([^}]+)\}$/;
/** What a render writes in place of a value that it must not show. */
const MASKED = /^<.*>$/;

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** A Secret with its values in the form that is stored: server-side apply never forgets a field of `stringData`. */
export function withSecrets(object: KubernetesObject, secret: (path: string) => string): KubernetesObject {
  if (object.kind !== "Secret") return object;
  const { stringData, ...rest } = object as KubernetesObject & { stringData?: Record<string, string> };
  const data = Object.entries(stringData ?? {}).map(([key, text]) => {
    const path = PLACEHOLDER.exec(text)?.[1];
    if (path === undefined && !MASKED.test(text)) return [key, base64(text)];
    // The SDK takes every field of a Secret for secret; one that the stack has in plain is asked for by its own name.
    return [key, base64(secret(path ?? `${object.metadata.name}.${key}`))];
  });
  return { ...rest, data: Object.fromEntries(data) };
}
