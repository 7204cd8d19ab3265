import type { Cell } from "./cell";
import { plannedGroups } from "./node-group";

/** Nodes of all groups together: the autoscaler's ceiling, whatever waits. */
export const maxNodes = (cell: Cell): number =>
  plannedGroups(cell).reduce((sum, { group }) => sum + group.scalingConfig.maxSize, 0);
