import { toolBinary } from "../../infra/core/tool-binaries";
import { run } from "../local/command";

/**
 * Objects behind which a controller keeps something in AWS: targets of a load balancer, machines, volumes. They go while
 * their controller still runs: later their finalizers would hold the namespace, or AWS would keep the machine. In this
 * order, because a target that is let go of has its streams until they end.
 */
const CONTROLLER_OWNED = [
  "targetgroupbindings.elbv2.k8s.aws",
  "nodepools.karpenter.sh",
  "nodeclaims.karpenter.sh",
  "persistentvolumeclaims",
] as const;

/** Longest wait for one kind, finalizers and running streams included. */
const WAIT = "15m";

/** Deletes them all in one cluster and waits until they are gone; kinds that the cluster does not know are passed over. */
export async function clearCluster(region: string, kubeconfig: string): Promise<void> {
  const fix = `look at what holds them (kubectl describe), then repeat; or set regionStates.${region}: lost if the cluster is gone`;
  const kubectl = (...args: string[]) =>
    run(toolBinary("kubectl"), ["--kubeconfig", kubeconfig, "--context", region, ...args], { fix });
  const known = new Set((await kubectl("api-resources", "--output=name")).split("\n"));
  for (const kind of CONTROLLER_OWNED.filter((one) => known.has(one)))
    await kubectl("delete", kind, "--all", "--all-namespaces", "--wait", `--timeout=${WAIT}`);
}
