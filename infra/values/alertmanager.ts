import type { StackConfig } from "../config/schema";

/** Alarms of one model or node come together; the same one is said again after half a day. */
const ROUTE = {
  receiver: "oncall",
  group_by: ["alertname", "model", "node", "gateway"],
  group_wait: "30s",
  group_interval: "5m",
  repeat_interval: "12h",
};

interface SnsTopic {
  arn: string;
  region: string;
}

/** First the name, then what is wrong and what to do: a mail on a telephone shows little. */
const SUBJECT =
  "[{{ .Status | toUpper }}] {{ .CommonLabels.alertname }} {{ .GroupLabels.model }}{{ .GroupLabels.node }}";
const MESSAGE =
  "{{ range .Alerts }}{{ .Labels.severity }}: {{ .Annotations.summary }}\n{{ .Annotations.runbook }}\n\n{{ end }}";

/** On AWS the topic knows who is told; the managed Alertmanager can do nothing else. */
export const toTopic = ({ arn, region }: SnsTopic): string =>
  text([
    {
      topic_arn: arn,
      sigv4: { region },
      send_resolved: true,
      subject: SUBJECT,
      message: MESSAGE,
    },
  ]);

const text = (sns_configs: readonly object[]): string =>
  JSON.stringify({ route: ROUTE, receivers: [{ name: "oncall", sns_configs }] });

/** Elsewhere each receiver's address is called. */
export const toWebhooks = ({ receivers, alertTo }: StackConfig["monitoring"]): string =>
  JSON.stringify({
    route: ROUTE,
    receivers: [
      {
        name: "oncall",
        webhook_configs: alertTo.flatMap((name) => {
          const url = receivers[name]?.webhook;
          return url === undefined ? [] : [{ url, send_resolved: true }];
        }),
      },
    ],
  });

/** The managed service wants it one level down, as text. */
export const managedDefinition = (alertmanager: string): string =>
  JSON.stringify({ alertmanager_config: alertmanager });
