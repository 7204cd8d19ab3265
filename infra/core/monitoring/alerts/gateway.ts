import type { AlertRule } from "./alert-rule";

/** The way in. */
export const GATEWAY: readonly AlertRule[] = [
  {
    name: "GatewayDown",
    expr: 'absent(up{job="envoy"} == 1)',
    for: "2m",
    severity: "page",
    summary: "no Envoy proxy answers: no request gets in",
    runbook:
      "`kubectl -n envoy-gateway-system get pods`. No pods: the controller has not made them, read its log. Pods that are Pending: the system pool has no room. All running: it may be only the collector that is shut out (NetworkPolicy).",
  },
  {
    name: "GatewayErrors",
    expr:
      'sum by (gateway) (rate(envoy_http_downstream_rq_xx{envoy_response_code_class="5",envoy_http_conn_manager_prefix=~"https?-.*"}[5m]))' +
      ' / sum by (gateway) (rate(envoy_http_downstream_rq_xx{envoy_http_conn_manager_prefix=~"https?-.*"}[5m])) > 0.02',
    for: "5m",
    severity: "page",
    summary: "{{ $value | humanizePercentage }} of the answers of {{ $labels.gateway }} are 5xx",
    runbook:
      "If RequestsFail speaks too, it is the engines. If not, it is between proxy and engines: the access log's `flags` and `details` say what (UF no connection, UH no healthy pod, UO overflow).",
  },
  {
    name: "GatewayRefusesConfiguration",
    expr: "sum(increase(xds_nack_total[15m])) > 0",
    for: "0m",
    severity: "page",
    summary: "an Envoy proxy refuses the configuration it is sent",
    runbook:
      "Proxies keep serving their last good configuration, so a promote or rollback would not take effect now. The log of the controller in envoy-gateway-system names the resource; take the last change of the stack file back.",
  },
];
