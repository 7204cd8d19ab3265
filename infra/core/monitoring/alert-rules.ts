import type { AlertRule } from "./alerts/alert-rule";
import { COLLECTION } from "./alerts/collection";
import { GATEWAY } from "./alerts/gateway";
import { GPUS } from "./alerts/gpus";
import { MODELS } from "./alerts/models";
import { type BlockEnd, blockEndRule, NODES } from "./alerts/nodes";
import type { RecordingRule } from "./cost-rules";

export interface RuleGroup {
  name: string;
  rules: readonly AlertRule[];
}

export const ruleGroups = (blocks: readonly BlockEnd[]): RuleGroup[] => [
  { name: "homeport-models", rules: MODELS },
  { name: "homeport-gateway", rules: GATEWAY },
  { name: "homeport-gpus", rules: GPUS },
  { name: "homeport-nodes", rules: [...NODES, ...blocks.map(blockEndRule)] },
  { name: "homeport-metrics", rules: COLLECTION },
];

/** As Prometheus reads it, in a cluster and in the managed service: JSON is YAML. */
export const ruleFile = (groups: readonly RuleGroup[], recorded: readonly RecordingRule[] = []): string =>
  `${JSON.stringify(
    {
      groups: [
        ...(recorded.length > 0 ? [{ name: "homeport-cost", rules: recorded }] : []),
        ...groups.map(({ name, rules }) => ({
          name,
          rules: rules.map(({ name: alert, expr, for: lasting, severity, summary, runbook }) => ({
            alert,
            expr,
            for: lasting,
            labels: { severity },
            annotations: { summary, runbook },
          })),
        })),
      ],
    },
    null,
    2,
  )}\n`;
