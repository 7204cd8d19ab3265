import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readStack } from "../../infra/config/read-stack";
import { NAMESPACES } from "../../infra/core/names";
import { toolBinary } from "../../infra/core/tool-binaries";
import { Load, type LoadPlan } from "../../scripts/bench/load";
import { policyKey, policyUrl } from "../../scripts/local/client-access";
import { LOCAL_STACK, placesOf } from "../../scripts/local/layout";

/** The running platform (`npm run local`) as tests of its faults see and hurt it. */
export const CHECKOUT = resolve(__dirname, "../..");
export const places = placesOf(CHECKOUT);
export const MODEL = "chat";

export const kubectl = (...args: string[]): string =>
  execFileSync(toolBinary("kubectl"), ["--kubeconfig", places.kubeconfig, ...args], {
    encoding: "utf8",
    stdio: "pipe",
    timeout: 60_000,
  });
const inModels = (...args: string[]): string => kubectl("--namespace", NAMESPACES.models, ...args);

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

/** The stack's pointers: names and ids. */
export function releases(): { live: string; waiting: string; idOf: (name: string) => string } {
  const model = readStack(CHECKOUT, LOCAL_STACK).config.models[MODEL];
  if (!model) throw new Error(`stack ${LOCAL_STACK} has no ${MODEL}`);
  const waiting = Object.keys(model.releases).find((name) => name !== model.live);
  return { live: model.live, waiting: waiting ?? "", idOf: (name) => model.releases[name] ?? "" };
}

const shortOf = (name: string): string =>
  `r-${releases()
    .idOf(name)
    .slice("sha256:".length, "sha256:".length + 10)}`;

/** Pods of a release that are not on their way out. */
export function podsOf(release: string): Pod[] {
  const selector = `homeport.dev/model=${MODEL},homeport.dev/release=${shortOf(release)}`;
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
  const end = Date.now() + seconds * 1000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((done) => setTimeout(done, 1000));
  }
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
