import { rungsIn } from "../../core/aws/capacity";
import { INSTANCE_TYPES } from "../../core/aws/instance-catalog";
import { zonesOf } from "../../core/aws/zones";
import type { Problem } from "../../core/errors";
import { nodesNeeded } from "../../core/nodes-needed";
import { podsOfPool } from "../pods-of-pool";
import { eachPool, onAws, type Rule } from "./rule";

/** What a pool of AWS nodes must say so that its ladder can be built. */

const SYSTEM = "system";

/** The CPU nodes for everything that needs no GPU are a pool of that name. */
export const poolNamesAreFree: Rule = onAws(({ config }) =>
  Object.hasOwn(config.pools, SYSTEM)
    ? [
        {
          path: `pools.${SYSTEM}`,
          given: `'${SYSTEM}'`,
          allowed: "the CPU nodes that every cell has are called so",
          fix: "choose another name",
        },
      ]
    : [],
);

/** A rung names what was reserved, and what was reserved is a rung. */
export const ladderNamesItsReservations: Rule = onAws(
  eachPool(({ capacity, ...pool }, path): Problem[] => {
    const twice = capacity.find((kind, i) => capacity.indexOf(kind) !== i);
    const repeated = {
      path: `${path}.capacity`,
      given: `${twice} twice`,
      allowed: "each way at most once",
      fix: `remove one ${twice}`,
    };
    return [
      ...(twice === undefined ? [] : [repeated]),
      ...(["block", "reservation"] as const).flatMap((kind): Problem[] => {
        if (capacity.includes(kind) === (pool[kind] !== undefined)) return [];
        const sample =
          kind === "block"
            ? "{ id: cr-…, zone: use1-az4, ends: 2026-12-24T11:30:00Z }"
            : "{ id: cr-…, zone: use1-az4 }";
        return pool[kind] === undefined
          ? [
              {
                path: `${path}.${kind}`,
                given: "missing",
                allowed: `required by \`capacity: [${kind}]\``,
                fix: `add \`${kind}: ${sample}\``,
              },
            ]
          : [
              {
                path: `${path}.capacity`,
                given: `[${capacity.join(", ")}]`,
                allowed: `must name ${kind}, because ${path}.${kind} is given`,
                fix: `write \`capacity: [${[kind, ...capacity].join(", ")}]\`, or remove \`${kind}\``,
              },
            ];
      }),
    ];
  }),
);

/** A block or reservation of one region leaves the other regions with nothing unless the ladder goes on. */
export const ladderReachesEveryRegion: Rule = onAws(
  eachPool((pool, path, { config }) =>
    config.regions
      .filter((region) => zonesOf(region).length > 0 && rungsIn(region, pool).length === 0)
      .map((region) => ({
        path: `${path}.capacity`,
        given: `[${pool.capacity.join(", ")}], which is in another region`,
        allowed: `a way to get nodes in ${region}`,
        fix: `write \`capacity: [${[...pool.capacity, "on-demand"].join(", ")}]\``,
      })),
  ),
);

/** An ended block makes no node any more, and AWS refuses changes to its node group. */
export const blockHasNotEnded: Rule = onAws(
  eachPool(({ block, capacity }, path, { today }) =>
    block === undefined || block.ends.slice(0, 10) >= today
      ? []
      : [
          {
            path: `${path}.block.ends`,
            given: block.ends,
            allowed: `a time from today (${today}) on`,
            fix: `remove \`block\`, and write \`capacity: [${capacity.filter((kind) => kind !== "block").join(", ") || "on-demand"}]\``,
          },
        ],
  ),
);

/** Karpenter fits the many sizes of the G family; what must be reserved, joined or switched off stays a node group. */
export const karpenterPoolsAreSimple: Rule = onAws(
  eachPool((pool, path) => {
    if (pool.manager !== "karpenter") return [];
    const problem = (field: string, given: string, allowed: string, fix: string): Problem => ({
      path: `${path}.${field}`,
      given,
      allowed: `with \`manager: karpenter\` ${allowed}`,
      fix: `${fix}, or remove \`manager: karpenter\``,
    });
    const reserved = pool.capacity.filter((kind) => kind === "block" || kind === "reservation");
    return [
      ...(/^g\d/.test(pool.instanceType ?? "g5")
        ? []
        : [problem("instanceType", `${pool.instanceType}`, "a type of the G family", "choose g5, g6 or g6e")]),
      ...(reserved.length === 0
        ? []
        : [problem("capacity", reserved.join(", "), "on-demand and spot only", `remove ${reserved.join(", ")}`)]),
      ...(pool.min === 0 ? [] : [problem("min", `${pool.min}`, "pods bring their nodes", "remove `min`")]),
      ...(pool.multiNode ? [problem("multiNode", "true", "nodes work alone", "remove `multiNode`")] : []),
      ...(pool.offHours === undefined
        ? []
        : [problem("offHours", "set", "nodes go when nothing needs them", "remove `offHours`")]),
    ];
  }),
);

/** Without EFA several nodes talk over TCP, which is slower than one node alone. */
export const multiNodePoolsHaveEfa: Rule = onAws(
  eachPool(({ multiNode, instanceType }, path) =>
    multiNode && INSTANCE_TYPES.get(instanceType ?? "")?.efaInterfaces === 0
      ? [
          {
            path: `${path}.multiNode`,
            given: `true, and ${instanceType} has no EFA`,
            allowed: "an instance type with EFA",
            fix: "remove `multiNode`, or choose a larger type",
          },
        ]
      : [],
  ),
);

/** Pods beyond `max` would wait for ever. */
export const poolsHoldTheirReleases: Rule = onAws((stack) =>
  Object.entries(stack.config.pools).flatMap(([name, pool]) => {
    const needed = nodesNeeded(podsOfPool(name, stack), pool.gpusPerNode);
    const from = (field: "min" | "max", given: number): Problem => ({
      path: `pools.${name}.${field}`,
      given: `${given}`,
      allowed: field === "max" ? `at least ${needed}, which the running releases need` : `at most max, ${pool.max}`,
      fix:
        field === "max" ? `write \`max: ${needed}\`, or run fewer releases and replicas` : `write \`min: ${pool.max}\``,
    });
    return [
      ...(needed > pool.max ? [from("max", pool.max)] : []),
      ...(pool.min > pool.max ? [from("min", pool.min)] : []),
    ];
  }),
);
