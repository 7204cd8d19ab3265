import { spawn } from "node:child_process";
import { OperationError } from "../../infra/core/errors";
import type { KubernetesObject } from "../../infra/core/kubernetes-object";
import { FIELD_MANAGER } from "../../infra/core/names";
import { toolBinary } from "../../infra/core/tool-binaries";

/** An object as the API server stores it. */
export type StoredObject = KubernetesObject & {
  metadata: { generation?: number; resourceVersion?: string; creationTimestamp?: string };
};

/** What commands need of one cluster. */
export interface Kubectl {
  /** Objects of several kinds (`deployments,pods`) in a namespace, by label. */
  list(kinds: string, namespace: string, selector: string): Promise<StoredObject[]>;
  /**
   * Server-side apply of whole objects under Homeport's one name; answers with what is stored then. An object with a
   * `resourceVersion` is applied to that version or not at all (`modified`).
   */
  apply(objects: readonly KubernetesObject[]): Promise<StoredObject[]>;
  /** Deletes pods at once, without waiting for their streams. */
  killPods(namespace: string, selector: string): Promise<number>;
  /** GET on a pod's port through the API server. */
  podGet(namespace: string, pod: string, port: number, path: string): Promise<string>;
}

export interface ClusterAddress {
  kubeconfig?: string;
  context?: string;
}

/** Why a cluster said no; `unreachable` regions are done later, `modified` objects looked at again, the rest is an error. */
export type ClusterFailure = "unreachable" | "stale" | "conflict" | "modified" | "other";

export class ClusterError extends OperationError {
  constructor(
    readonly failure: ClusterFailure,
    message: string,
    fix: string,
  ) {
    super(message, fix);
    this.name = "ClusterError";
  }
}

const REQUEST_TIMEOUT = "--request-timeout=10s";

export function kubectl({ kubeconfig, context }: ClusterAddress): Kubectl {
  const where = [...(kubeconfig ? ["--kubeconfig", kubeconfig] : []), ...(context ? ["--context", context] : [])];
  const run = (args: readonly string[], input?: string) => execute([...where, REQUEST_TIMEOUT, ...args], input);
  return {
    list: async (kinds, namespace, selector) =>
      items(await run(["get", kinds, "--namespace", namespace, "--selector", selector, "--output", "json"])),
    // Without validation on this side: it costs a download of the API's schema, half of a rollback's time, and the API
    // server checks the objects in any case.
    apply: async (objects) => {
      const list = { apiVersion: "v1", kind: "List", items: objects };
      const flags = [
        "--server-side",
        `--field-manager=${FIELD_MANAGER}`,
        "--validate=false",
        "--output",
        "json",
        "--filename",
        "-",
      ];
      return items(await run(["apply", ...flags], JSON.stringify(list)));
    },
    killPods: async (namespace, selector) => {
      const flags = [
        "--namespace",
        namespace,
        "--selector",
        selector,
        "--grace-period=1",
        "--wait=false",
        "--output",
        "name",
      ];
      return (await run(["delete", "pods", ...flags])).split("\n").filter(Boolean).length;
    },
    podGet: (namespace, pod, port, path) =>
      run(["get", "--raw", `/api/v1/namespaces/${namespace}/pods/${pod}:${port}/proxy${path}`]),
  };
}

function items(text: string): StoredObject[] {
  const answer = JSON.parse(text) as StoredObject & { items?: StoredObject[] };
  return answer.kind === "List" ? (answer.items ?? []) : [answer];
}

function execute(args: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(toolBinary("kubectl"), args, { stdio: ["pipe", "pipe", "pipe"] });
    let [out, err] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(out) : reject(clusterError(err))));
    child.stdin.on("error", () => undefined); // kubectl may end before it has read its input; its exit code says why
    child.stdin.end(input);
  });
}

const UNREACHABLE =
  /unable to connect|connection refused|connection reset|i\/o timeout|no such host|no route to host|context deadline exceeded|timeout exceeded|TLS handshake timeout|was refused|net\/http: request canceled|\(ServiceUnavailable\)|\(Timeout\)|etcdserver/i;

/** kubectl's own words as one sentence and a fix. */
export function clusterError(stderr: string): ClusterError {
  const text = stderr.replace(/^Warning:.*$/gm, "").trim();
  const stale = /rolled back since; git pull or homeport promote(?: \([^)]*\))?/.exec(text);
  if (stale) {
    const detail = /\(([^)]*)\)/.exec(stale[0])?.[1];
    return new ClusterError(
      "stale",
      `rolled back since${detail ? ` (${detail})` : ""}`,
      "git pull or homeport promote",
    );
  }
  if (text.includes("the object has been modified"))
    return new ClusterError("modified", "somebody else is changing the route just now", "run the same command again");
  const conflict = /conflicts? with "([^"]+)"/.exec(text);
  if (conflict)
    return new ClusterError(
      "conflict",
      `'${conflict[1]}' has changed the route by hand and owns fields of it now`,
      `hand them back: kubectl apply the rendered route once with --server-side --field-manager=${FIELD_MANAGER} --force-conflicts, after looking at what was changed`,
    );
  // Go's own log lines come before the sentence.
  const first = text.split("\n").find((line) => !/^[EWI]\d{4} /.test(line)) ?? "";
  if (/context .* does not exist|no configuration has been provided|stat .*: no such file/i.test(text))
    return new ClusterError("other", first, "name the cluster: --context <name> or --kubeconfig <file>");
  if (UNREACHABLE.test(text)) return new ClusterError("unreachable", first, "check the network and the kubeconfig");
  return new ClusterError("other", first || "kubectl failed without a word", "see the message of the API server");
}
