import type { PoolConfig } from "../../../config/schema";
import { rungsIn } from "../../../core/aws/capacity";
import { clusterName, type Place, partitionOf } from "../../../core/aws/names";
import { spread } from "../../../core/spread";
import type { Cell } from "../cell";
import { type PolicyDocument, policyDocument } from "../policy";
import { publishPolicy } from "../watch/alarm-topic";
import { zonesFor } from "./node-group";
import { nodesInUse } from "./pool-size";

/**
 * A capacity block ends at a fixed time. EKS takes its nodes away 40 minutes before, with the pods on them; nothing moves
 * pods earlier but a release of the program without the block, which rolls them over without a gap. So somebody is told a
 * day ahead; and if nobody acts, the next way to get nodes has them ready before the pods need them.
 */
const REMIND_MINUTES = 24 * 60;
/** An hour before EKS drains: time for a node with many drives to start and to fetch images and weights. */
const PREPARE_MINUTES = 100;

export interface BlockEnd {
  pool: string;
  /** Schedule expressions, in UTC. */
  remindAt: string;
  reminder: { Subject: string; Message: string };
  /** The groups that take over and the nodes each needs; none where the ladder ends with the block. */
  next?: { prepareAt: string; groups: readonly { key: string; zone: string; nodes: number }[] };
}

const at = (ends: string, minutesBefore: number): string =>
  `at(${new Date(Date.parse(ends) - minutesBefore * 60_000).toISOString().slice(0, 19)})`;

export const blockEnds = (cell: Cell): BlockEnd[] =>
  Object.entries(cell.config.pools).flatMap(([name, pool]) => {
    const ends = pool.block?.ends;
    return ends !== undefined && hasBlock(cell.region, pool) ? [blockEnd(name, pool, ends, cell)] : [];
  });

const hasBlock = (region: string, pool: PoolConfig): boolean =>
  rungsIn(region, pool).some(({ capacity }) => capacity === "block");

function blockEnd(name: string, pool: PoolConfig, ends: string, cell: Cell): BlockEnd {
  const { region } = cell;
  const others = rungsIn(region, pool).filter(({ capacity }) => capacity !== "block");
  const [next] = others;
  const zones = next === undefined ? [] : zonesFor(pool, next, cell);
  const nodes = spread(nodesInUse(name, cell), zones.length);
  return {
    pool: name,
    remindAt: at(ends, REMIND_MINUTES),
    reminder: {
      Subject: `Capacity block of pool ${name} ends in a day`,
      Message:
        `The capacity block of pool ${name} in ${region} ends at ${ends}; its nodes are drained 40 minutes before. ` +
        `Remove \`block\` from pools.${name} and run pulumi up before that: pods then move without a gap. ` +
        (next === undefined
          ? "The pool has no other way to get nodes: what runs on it stops."
          : `If nobody does, ${next.capacity} nodes are started an hour earlier and pods are moved by the drain.`),
    },
    ...(next === undefined
      ? {}
      : {
          next: {
            prepareAt: at(ends, PREPARE_MINUTES),
            groups: zones
              .map((zone, i) => ({ key: `${name}-${next.capacity}`, zone, nodes: nodes[i] ?? 0 }))
              .filter((group) => group.nodes > 0),
          },
        }),
  };
}

/** What the schedules may do: tell the topic, and resize the groups that take over. */
export const blockEndPolicy = (place: Place, ends: readonly BlockEnd[]): PolicyDocument =>
  policyDocument(...publishPolicy(place).Statement, {
    Sid: "PrepareNodes",
    Effect: "Allow",
    Action: "eks:UpdateNodegroupConfig",
    Resource: ends.map(
      ({ pool }) =>
        `arn:${partitionOf(place.region)}:eks:${place.region}:${place.account}:nodegroup/${clusterName(place)}/${pool}-*/*`,
    ),
  });

/** AWS's targets for "any call of the API". */
export const callTarget = ({ region }: Pick<Place, "region">, call: "eks:updateNodegroupConfig" | "sns:publish") =>
  `arn:${partitionOf(region)}:scheduler:::aws-sdk:${call}`;
