import type { z } from "zod";
import { EdgeValues } from "./edge";
import { GatewayValues } from "./gateway";
import { MonitoringValues } from "./monitoring";
import { NodeCacheValues } from "./node-cache";
import { VllmValues } from "./vllm";

/** Our charts and what their values may be; `homeport gen` writes each chart's values.schema.json from it. */
export const CHART_SCHEMAS = {
  edge: EdgeValues,
  gateway: GatewayValues,
  monitoring: MonitoringValues,
  vllm: VllmValues,
  "node-cache": NodeCacheValues,
} as const satisfies Record<string, z.ZodType>;

export type ChartName = keyof typeof CHART_SCHEMAS;
