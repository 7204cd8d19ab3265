import { zonesOf } from "./zones";

/** Ways to get a node. A pool lists those that it may use, best first: its capacity ladder. */
export const CAPACITY = ["block", "reservation", "on-demand", "spot"] as const;
export type Capacity = (typeof CAPACITY)[number];

/** Longest that anybody waits for one node to come: one with many drives needs minutes. */
export const NODE_MINUTES = 20;

/** Something bought or reserved beforehand; it lies in one zone of one region. */
export interface Reserved {
  id: string;
  zone: string;
}

export interface Ladder {
  capacity: readonly Capacity[];
  block?: Reserved & { ends: string };
  reservation?: Reserved;
}

/** One step of the ladder as it exists in one region. */
export interface Rung {
  capacity: Capacity;
  /** Only for what was reserved. */
  reserved?: Reserved;
}

/** The ladder of one region: what was reserved in another region is no rung here. */
export function rungsIn(region: string, { capacity, ...ladder }: Ladder): Rung[] {
  const here = zonesOf(region);
  return capacity.flatMap((kind): Rung[] => {
    if (kind === "on-demand" || kind === "spot") return [{ capacity: kind }];
    const reserved = ladder[kind];
    return reserved !== undefined && here.includes(reserved.zone) ? [{ capacity: kind, reserved }] : [];
  });
}
