import { CAPACITY_DASHBOARD } from "./dashboards/capacity";
import { COST_DASHBOARD } from "./dashboards/cost";
import { MODEL_DASHBOARD } from "./dashboards/model";
import type { Dashboard } from "./dashboards/panel";

/** Dashboards for Grafana, by their file's name in the chart. */
export const DASHBOARDS = {
  model: MODEL_DASHBOARD,
  capacity: CAPACITY_DASHBOARD,
  cost: COST_DASHBOARD,
} as const satisfies Record<string, Dashboard>;
