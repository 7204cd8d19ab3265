import { OperationError } from "../../infra/core/errors";
import { keysSecretName, NAMESPACES } from "../../infra/core/names";
import { step } from "../lib/report";
import { poll } from "../local/command";
import { BENCH, gatewayObjects, pathOf, type Way } from "./gateway-objects";
import { withoutIdleStates } from "./idle-states";
import { type Machine, machine } from "./machine";
import { bodyOfSize, type Latency, type Peer, pairedLatency } from "./paired-latency";
import { findTarget, pointers, type Target } from "./target";

export interface GatewayOptions {
  stack: string;
  model: string;
  rounds: number;
  /** Leaves the processors' idle states on. */
  idleStates?: boolean;
}

type Peers = "direct" | Way;

export interface GatewayReport {
  machine: Machine;
  /** Whether processors could fall asleep between two hops. */
  idleStates: "on" | "off";
  /** By body size; direct is the stub itself, the others are measured in the same rounds. */
  results: { bytes: number; rounds: number; warmUp: number; latency: Record<Peers, Latency> }[];
  missed: string[];
}

const SIZES = [
  { bytes: 1024, share: 1, warmUp: 3000 },
  { bytes: 200 * 1024, share: 0.2, warmUp: 300 },
] as const;

export async function benchGateway({ stack, model, rounds, idleStates }: GatewayOptions): Promise<GatewayReport> {
  const target = await findTarget(stack, model);
  const { live, shortOf, bodyKiB } = pointers(stack, model);
  const deployment = await target.cluster.deployment(model, shortOf(live));
  const route = await target.cluster.route(model);
  const objects = gatewayObjects(deployment, route, keysSecretName(target.policy), bodyKiB);
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  try {
    await target.cluster.run(["apply", "--server-side", `--field-manager=${BENCH}`, "-f", "-"], list);
    const peers = await step("a pod with a stub engine and a guard", 10, () => reachable(target, model));
    const measure = () => measured(peers, model, rounds);
    const { result: results, kept } = idleStates
      ? { result: await measure(), kept: false }
      : await withoutIdleStates(measure);
    return {
      machine: machine(),
      idleStates: kept ? "off" : "on",
      results,
      missed: missedLatencies(results),
    };
  } finally {
    await target.cluster.run(["delete", "-f", "-", "--ignore-not-found", "--wait=false"], list);
  }
}

async function measured(peers: Record<Peers, Peer>, model: string, rounds: number): Promise<GatewayReport["results"]> {
  const results: GatewayReport["results"] = [];
  for (const { bytes, share, warmUp } of SIZES) {
    const count = Math.max(1, Math.round(rounds * share));
    const body = bodyOfSize(model, bytes);
    const latency = await step(`${count} rounds of ${bytes} bytes after ${warmUp} to warm up`, undefined, () =>
      pairedLatency(peers, body, count, warmUp),
    );
    results.push({ bytes, rounds: count, warmUp, latency });
  }
  return results;
}

/** The three ways, once all of them answer. Addresses of pods: neither a forwarder nor kube-proxy is in between. */
async function reachable({ cluster, key }: Target, model: string): Promise<Record<Peers, Peer>> {
  await cluster.settle(`app.kubernetes.io/name=${BENCH}`, 1, 120);
  const [stub, proxy] = [
    await cluster.podAddress(NAMESPACES.models, `app.kubernetes.io/name=${BENCH}`),
    await cluster.proxy(),
  ];
  const peers = {
    direct: { url: `http://${stub}:8000/v1/chat/completions` },
    envoy: { url: `${proxy}${pathOf("envoy")}`, key },
    guard: { url: `${proxy}${pathOf("guard")}`, key },
  };
  const body = bodyOfSize(model, 1024);
  const answered = await poll(
    () =>
      pairedLatency(peers, body, 1, 0).then(
        () => true,
        () => undefined,
      ),
    60_000,
  );
  if (!answered) throw new OperationError("the gateway does not serve the bench's routes", "homeport local status");
  return peers;
}

export const added = (latency: Record<Peers, Latency>, way: Way): Latency => ({
  p50: latency[way].p50 - latency.direct.p50,
  p99: latency[way].p99 - latency.direct.p99,
});

/** What Envoy and the guard together may add, in ms. */
const MOST = [
  { bytes: 1024, p50: 1, p99: 5 },
  { bytes: 200 * 1024, p50: 5, p99: Number.POSITIVE_INFINITY },
];

export function missedLatencies(results: GatewayReport["results"]): string[] {
  return results.flatMap(({ bytes, latency }) => {
    const most = MOST.find((m) => m.bytes === bytes);
    const cost = added(latency, "guard");
    return (["p50", "p99"] as const)
      .filter((p) => !most || !(cost[p] <= most[p]))
      .map(
        (p) =>
          `Envoy and guard add ${cost[p].toFixed(2)} ms to the ${p} of ${bytes} bytes, ${most?.[p]} is the promise`,
      );
  });
}
