import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { KubernetesObject } from "../../infra/core/kubernetes-object";
import { attempt, lastLines } from "./command";
import { kubectl, kubectlArguments, kubectlBinary } from "./kubectl-run";

const Container = z.looseObject({
  name: z.string(),
  restartCount: z.number().default(0),
  state: z.looseObject({ waiting: z.looseObject({ reason: z.string().default("") }).optional() }).default({}),
});
export const Pod = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().default("default"),
    uid: z.string(),
    creationTimestamp: z.string().default(""),
    deletionTimestamp: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
  }),
  status: z.looseObject({
    initContainerStatuses: z.array(Container).default([]),
    containerStatuses: z.array(Container).default([]),
  }),
});
export type Pod = z.infer<typeof Pod>;

export interface Trouble {
  pod: string;
  container: string;
  what: string;
  /** It has run before, so that it has last words. */
  ran: boolean;
}

/** Waiting reasons that no patience cures: the image or the settings are wrong. */
const HOPELESS = new Set(["ErrImageNeverPull", "InvalidImageName", "CreateContainerConfigError"]);
/** One exit may be a moment's bad luck; two in a row, while somebody waits, are not. */
const EXITS = 2;

/** Which template a pod was made from: a Deployment's pods and a DaemonSet's each have one of the two. */
const templateOf = ({ metadata: { labels } }: Pod): string | undefined =>
  labels["pod-template-hash"] ?? labels["controller-revision-hash"];

/** Pods of the newest template: one that is about to be replaced may go on failing, for what was just repaired. */
function newestTemplate(pods: readonly Pod[]): Pod[] {
  const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const [first, ...others] = staying;
  if (first === undefined) return [];
  // RFC 3339 in UTC sorts as text.
  const isLater = (a: Pod, b: Pod): boolean => a.metadata.creationTimestamp > b.metadata.creationTimestamp;
  const newest = others.reduce((last, pod) => (isLater(pod, last) ? pod : last), first);
  return staying.filter((pod) => templateOf(pod) === templateOf(newest));
}

/** Finds the pod that will not come up by itself. Keeps what it saw first: restarts of yesterday are no news. */
export class TroubleFinder {
  readonly #atFirst = new Map<string, number>();

  find(pods: readonly Pod[]): Trouble | undefined {
    for (const { metadata, status } of newestTemplate(pods)) {
      for (const container of [...status.initContainerStatuses, ...status.containerStatuses]) {
        const key = `${metadata.uid}/${container.name}`;
        const first = this.#atFirst.get(key) ?? container.restartCount;
        this.#atFirst.set(key, first);
        const exits = container.restartCount - first;
        const reason = container.state.waiting?.reason ?? "";
        const at = { pod: metadata.name, container: container.name, ran: container.restartCount > 0 };
        if (HOPELESS.has(reason)) return { ...at, what: `cannot start: ${reason}` };
        if (exits >= EXITS) return { ...at, what: `ended ${exits} times` };
      }
    }
    return undefined;
  }
}

const POLL_MS = 5000;

/** Watches an object's pods until `signal` ends it or one is in trouble; then says which, with its last log lines. */
export async function firstTrouble(
  kubeconfig: string,
  object: KubernetesObject,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { spec } = object as KubernetesObject & { spec?: { selector?: { matchLabels?: Record<string, string> } } };
  const labels = Object.entries(spec?.selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  if (labels.length === 0) return undefined;
  const where = ["--namespace", object.metadata.namespace ?? "default"];
  const finder = new TroubleFinder();
  const pause = () => sleep(POLL_MS, undefined, { signal, ref: false }).catch(() => undefined);
  // The first pause is for the controllers: until the new pod is there, the newest is the one to be replaced.
  for (await pause(); !signal.aborted; await pause()) {
    const question = ["get", "pods", ...where, "--selector", labels.join(","), "--output=json"];
    const text = await kubectl(kubeconfig, question).catch(() => undefined);
    if (text === undefined) continue;
    const trouble = finder.find(z.object({ items: z.array(Pod) }).parse(JSON.parse(text)).items);
    if (trouble === undefined) continue;
    const { pod, container, what, ran } = trouble;
    const logs = ["logs", pod, ...where, "--container", container, "--tail=8", ...(ran ? ["--previous"] : [])];
    const words = await attempt(kubectlBinary(), kubectlArguments(kubeconfig, logs));
    return `container ${container} of pod ${pod} ${what}; its last words:\n${lastLines(words.stdout, 8)}`;
  }
  return undefined;
}
