import { OperationError } from "../../infra/core/errors";
import { type KubernetesObject, objectTitle } from "../../infra/core/kubernetes-object";
import { attempt, lastLines } from "./command";
import { kubectlArguments, kubectlBinary } from "./kubectl-run";
import { firstTrouble } from "./pod-trouble";

const LOGS = "see 'homeport local logs'";

/** How kubectl waits for a kind, and for how many seconds at most. Kinds that are not here are ready when stored. */
const WAITS: Readonly<Record<string, { args: (name: string) => string[]; seconds: number }>> = {
  Deployment: { args: (name) => ["rollout", "status", `deployment/${name}`], seconds: 900 },
  DaemonSet: { args: (name) => ["rollout", "status", `daemonset/${name}`], seconds: 300 },
  Gateway: { args: (name) => ["wait", `gateway/${name}`, "--for=condition=Programmed"], seconds: 120 },
  HTTPRoute: {
    args: (name) => [
      "wait",
      `httproute/${name}`,
      `--for=jsonpath={.status.parents[0].conditions[?(@.type=="Accepted")].status}=True`,
    ],
    seconds: 60,
  },
};

/** Waits for all at once; the error says what the cluster itself says about the first that is not ready. */
export async function waitUntilReady(kubeconfig: string, objects: readonly KubernetesObject[]): Promise<void> {
  await Promise.all(objects.map((object) => waitFor(kubeconfig, object)));
}

async function waitFor(kubeconfig: string, object: KubernetesObject): Promise<void> {
  const wait = WAITS[object.kind];
  if (wait === undefined) return;
  const where = object.metadata.namespace === undefined ? [] : ["--namespace", object.metadata.namespace];
  const args = [...wait.args(object.metadata.name), ...where, `--timeout=${wait.seconds}s`];
  const over = new AbortController();
  const waiting = attempt(kubectlBinary(), kubectlArguments(kubeconfig, args), { signal: over.signal });
  try {
    const trouble = async () => (await firstTrouble(kubeconfig, object, over.signal)) ?? (await waiting);
    const first = await Promise.race([waiting, trouble()]);
    if (typeof first === "string") throw new OperationError(`${objectTitle(object)}: ${first}\n`, LOGS);
    if (first.code === 0) return;
    // Warnings of every namespace: a Gateway's proxy, for one, runs in another than the Gateway.
    const question = ["get", "events", "--all-namespaces", "--field-selector=type=Warning", "--sort-by=.lastTimestamp"];
    const events = await attempt(kubectlBinary(), kubectlArguments(kubeconfig, question));
    throw new OperationError(
      `${objectTitle(object)} is not ready after ${wait.seconds} s:\n${lastLines(`${first.stdout}${first.stderr}`, 3)}\n${lastLines(events.stdout, 5)}\n`,
      LOGS,
    );
  } finally {
    over.abort();
  }
}
