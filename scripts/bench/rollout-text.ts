import { table } from "../lib/report";
import { machineLine } from "./machine";
import type { RolloutReport } from "./rollout";
import type { Verdict } from "./verdict";

const ms = (value: number): string => `${Math.round(value)} ms`;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const counts = (of: object): string =>
  Object.entries(of)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ") || "-";

/** The report as people read it, narrow enough for any terminal. */
export function rolloutText({
  machine,
  engine,
  verdict: v,
  events,
  gatewayRetries,
  control,
  missed,
}: RolloutReport): string {
  const rows = [
    ["streamed requests", `${v.requests} at ${v.rate.toFixed(1)}/s (${percent(v.intendedLoad)} in time)`],
    ["of 20 s or more", percent(v.longShare)],
    ["lost", `${v.lost} (${counts(v.endings)})`],
    ...(v.lost === 0 ? [] : [["lost after", counts(v.lostAfter)]]),
    ["wrong release", `${v.wrongRelease} by name, ${v.wrongText} by text`],
    ["answered by", counts(v.byRelease)],
    ["repeated by the gateway", String(gatewayRetries)],
    ["first text p50 / p99", `${ms(v.firstTextMs.p50)} / ${ms(v.firstTextMs.p99)}`],
    ...v.flips.map((flip) => [
      flip.event,
      `${ms(flip.lastStartMs)} to the last request started on the old release; command ${ms(flip.commandMs)}`,
    ]),
    ...events.map((event) => [event.name, `${event.seconds.toFixed(1)} s, ${event.proof}`]),
    ...(control ? [["control, no guard or preStop", controlText(control)]] : []),
  ];
  return [
    machineLine(machine),
    engine,
    "",
    table(rows),
    "",
    ...(missed.length === 0 ? ["every promise kept"] : missed.map((sentence) => `MISSED: ${sentence}`)),
  ].join("\n");
}

const controlText = ({ requests, lost, endings }: Verdict): string =>
  `${lost} of ${requests} lost (${counts(endings)})`;
