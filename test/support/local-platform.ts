import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject } from "../../infra/core/kubernetes-object";
import { FIELD_MANAGER, NAMESPACES, PORTS } from "../../infra/core/names";
import { toolBinary } from "../../infra/core/tool-binaries";
import { podsOf as selectorOf } from "../../scripts/bench/cluster";
import { Load, type LoadPlan } from "../../scripts/bench/load";
import { CHECKOUT, pointers } from "../../scripts/bench/target";
import { policyKey, policyUrl } from "../../scripts/local/client-access";
import { poll } from "../../scripts/local/command";
import { LOCAL_STACK, placesOf } from "../../scripts/local/layout";

/** The running platform (`npm run local`) as tests of its faults see and hurt it. */
export { CHECKOUT };
export const places = placesOf(CHECKOUT);
export const MODEL = "chat";

export const kubectlWith = (input: string, ...args: string[]): string =>
  execFileSync(toolBinary("kubectl"), ["--kubeconfig", places.kubeconfig, ...args], {
    encoding: "utf8",
    input,
    stdio: "pipe",
    timeout: 60_000,
  });
export const kubectl = (...args: string[]): string => kubectlWith("", ...args);
export const inModels = (...args: string[]): string => kubectl("--namespace", NAMESPACES.models, ...args);
/** As `up` does it: server-side apply under Homeport's name. */
export const applyObjects = (items: readonly KubernetesObject[]): string =>
  kubectlWith(
    JSON.stringify({ apiVersion: "v1", kind: "List", items }),
    ...["apply", "--server-side", `--field-manager=${FIELD_MANAGER}`, "--filename", "-"],
  );

interface ContainerStatus {
  name: string;
  restartCount: number;
  ready: boolean;
  lastState: { terminated?: { message?: string; exitCode: number } };
  state: { terminated?: { message?: string }; waiting?: { reason: string } };
}
export interface Pod {
  metadata: { name: string; uid: string; deletionTimestamp?: string };
  status: {
    podIP: string;
    conditions?: { type: string; status: string }[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}

/** The stack's live release and the one that waits, by name. */
export function releases() {
  const { live, other, releases: ids } = pointers(LOCAL_STACK, MODEL);
  return { live, waiting: other, idOf: (name: string): string => ids[name] ?? "" };
}

/** Pods of a release that are not on their way out. */
export function podsOf(release: string): Pod[] {
  const selector = selectorOf(MODEL, pointers(LOCAL_STACK, MODEL).shortOf(release));
  const { items } = JSON.parse(inModels("get", "pods", "--selector", selector, "--output=json")) as { items: Pod[] };
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

export const isReady = ({ status }: Pod): boolean =>
  status.conditions?.some(({ type, status: now }) => type === "Ready" && now === "True") ?? false;
export const deletePod = ({ metadata }: Pod): string => inModels("delete", "pod", metadata.name, "--wait=false");
export const engineLog = ({ metadata }: Pod): string => inModels("logs", metadata.name, "--container=engine");
/** Runs JavaScript in a pod's guard: the only program that a pod of a model has beside its engine is Node. */
export const inGuard = ({ metadata }: Pod, script: string): string =>
  inModels("exec", metadata.name, "--container=guard", "--", "/usr/bin/node", "-e", script);

/** A page of a pod's guard as Prometheus scrapes it: `/metrics`, its own; `/engine-metrics`, those of vLLM behind it. */
export const scraped = ({ metadata }: Pod, page: "/metrics" | "/engine-metrics"): string =>
  kubectl(
    "get",
    "--raw",
    `/api/v1/namespaces/${NAMESPACES.models}/pods/${metadata.name}:${PORTS.metrics}/proxy${page}`,
  );

/** Processes of a pod's engine, seen from outside of it: the server first, then what it started. */
export function enginePids({ metadata }: Pod): { pid: number; command: string }[] {
  const uid = metadata.uid.replaceAll("-", "[-_]");
  const found = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        if (!new RegExp(uid).test(readFileSync(join("/proc", name, "cgroup"), "utf8"))) return [];
        const command = readFileSync(join("/proc", name, "cmdline"), "utf8").replaceAll("\0", " ");
        return /vllm|VLLM/.test(command) ? [{ pid: Number(name), command }] : [];
      } catch {
        return []; // it ended while we looked
      }
    });
  return found.sort((a, b) => a.pid - b.pid);
}

export async function until(what: string, seconds: number, holds: () => boolean): Promise<void> {
  const held = await poll(async () => (holds() ? true : undefined), seconds * 1000, 1000);
  if (!held) throw new Error(`not within ${seconds} s: ${what}`);
}

/** Streamed load on the model through the gateway, as a client with the policy's key. */
export async function loadOn(plan: Partial<LoadPlan>): Promise<Load> {
  const load = new Load({
    url: await policyUrl(CHECKOUT, undefined),
    key: await policyKey(CHECKOUT, undefined),
    model: MODEL,
    rate: 5,
    arrivals: "even",
    prompt: "Who answers?",
    tokens: 16,
    longEvery: 0,
    longSeconds: 5,
    longTokens: 600,
    maxTokens: 30_000,
    idleMs: 60_000,
    ...plan,
  });
  load.start();
  return load;
}
