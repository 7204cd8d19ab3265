import type { ReleaseLadder, TakenBy } from "../../../infra/values/aws/nodes/ladders";
import { shortened, table, wrapped } from "../report";

/** Longest names that leave a step within 80 columns. */
const WIDEST = 16;

/** Where each release can go when its first way has no node, from the region that leads; a line a step. */
export function ladderTable(ladders: readonly ReleaseLadder[]): string {
  const lead = ladders[0]?.region;
  const shown = ladders.filter(({ region }) => region === lead);
  if (shown.length === 0) return "";
  const rows = shown.flatMap(({ steps }) =>
    steps.map(({ region, pool, capacity, variantName, takenBy }, i) => [
      `  ${i + 1}`,
      region,
      shortened(pool, WIDEST),
      capacity,
      shortened(variantName, WIDEST),
      takenBy,
    ]),
  );
  const lines = rows.length === 0 ? [] : table(rows).split("\n");
  const text = shown.flatMap(({ model, release, pointer, steps }) => [
    `${model} ${release} (${pointer})${steps.length === 1 ? ": one way only" : ""}`,
    ...lines.splice(0, steps.length),
  ]);
  return [
    `Ways to run each release from ${lead}, best first:`,
    ...text,
    ...used(shown).map((who) => wrapped(`${who}: ${HOW[who]}`)),
  ].join("\n");
}

const HOW: Readonly<Record<TakenBy, string>> = {
  start: "where it runs while there are nodes.",
  autoscaler: "taken by itself when the ways before have no node for a pod that waits.",
  traffic: "taken by itself: DNS asks the other region when this one does not answer.",
  clients: "runs there already; without traffic.hostedZoneId clients must ask it themselves.",
  config: "set models.<model>.pool to that pool, then homeport up.",
};

const used = (ladders: readonly ReleaseLadder[]): TakenBy[] => {
  const takers = new Set(ladders.flatMap(({ steps }) => steps.map(({ takenBy }) => takenBy)));
  return (Object.keys(HOW) as TakenBy[]).filter((who) => takers.has(who));
};
