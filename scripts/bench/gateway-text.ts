import { table } from "../lib/report";
import { added, type GatewayReport } from "./gateway";
import { machineLine } from "./machine";
import type { Latency } from "./paired-latency";

const both = ({ p50, p99 }: Latency): string => `${p50.toFixed(2)} / ${p99.toFixed(2)}`;

export function gatewayText({ machine, idleStates, results, missed }: GatewayReport): string {
  const rows = results.map(({ bytes, rounds, warmUp, latency }) => [
    `${bytes / 1024} KiB`,
    `${rounds} after ${warmUp}`,
    both(latency.direct),
    both(added(latency, "envoy")),
    both(added(latency, "guard")),
  ]);
  return [
    machineLine(machine),
    "The engine is a stub that answers at once; ms, p50 / p99, one request at a time, all three ways in every round.",
    `Idle states of the processors: ${idleStates}.`,
    "",
    table([["body", "rounds after warm-up", "direct", "Envoy adds", "Envoy + guard add"], ...rows]),
    "",
    ...(missed.length === 0 ? ["every promise kept"] : missed.map((sentence) => `MISSED: ${sentence}`)),
  ].join("\n");
}
