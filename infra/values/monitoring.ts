import { z } from "zod";
import type { PinnedReleases, StackConfig } from "../config/schema";
import { alarmTopicArn, mirroredImage, type Place } from "../core/aws/names";
import { ruleFile, ruleGroups } from "../core/monitoring/alert-rules";
import type { BlockEnd } from "../core/monitoring/alerts/nodes";
import { costRules } from "../core/monitoring/cost-rules";
import { NAMESPACES, PORTS } from "../core/names";
import { PinnedImage } from "../core/release";
import { toTopic, toWebhooks } from "./alertmanager";
import { type CostCell, costConstants } from "./cost-constants";
import { KubernetesName, Port, Quantity } from "./fields";
import type { Versions } from "./versions";

export const MonitoringValues = z.strictObject({
  namespace: KubernetesName,
  modelsNamespace: KubernetesName,
  nodeNamespace: KubernetesName,
  gatewayNamespace: KubernetesName,
  owner: z.string().min(1),
  images: z.strictObject({
    prometheus: PinnedImage,
    stateMetrics: PinnedImage,
    nodeExporter: PinnedImage,
    alertmanager: PinnedImage,
  }),
  /** On every sample: which environment and region it is from. */
  labels: z.record(z.string().regex(/^[a-z_]+$/), z.string()),
  /** ConfigMap whose `remote-write.yml` says where metrics go; empty: they are kept here. */
  remoteWrite: z.string(),
  storage: z.strictObject({
    days: z.int().min(1),
    size: Quantity,
    /** Storage class; empty: the cluster's default. */
    className: z.string(),
    /** Makes that class: encrypted EBS volumes. */
    ebs: z.boolean(),
  }),
  /** Rules as Prometheus reads them; empty: those of the chart. */
  rules: z.string(),
  /** Alertmanager's configuration; empty: no Alertmanager. */
  alertmanager: z.string(),
  /** A dashboard for each. */
  models: z.array(KubernetesName),
  /** TCP ports that metrics and alarms leave through. */
  outwardPorts: z.array(Port),
  ports: z.strictObject({ guard: Port }),
  memory: Quantity,
});
export type MonitoringValues = z.output<typeof MonitoringValues>;

/** Made by the component, because only the workspace knows its address. */
export const REMOTE_WRITE = "prometheus-remote-write";

/** What is added to Prometheus' configuration in a collector; `url` ends with a slash. */
export const remoteWriteFile = (url: string, region: string): string =>
  `remote_write:
  - url: ${url}api/v1/remote_write
    sigv4: { region: ${region} }
    queue_config: { max_samples_per_send: 1000, max_shards: 20 }
`;

/** Capacity blocks of the pools, whose ends are alarms of their own. */
const blockEnds = ({ pools }: StackConfig): BlockEnd[] =>
  Object.entries(pools).flatMap(([pool, { block }]) =>
    block === undefined ? [] : [{ pool, endsAt: Date.parse(block.ends) / 1000 }],
  );

export const rulesOf = (cell: CostCell): string =>
  ruleFile(ruleGroups(blockEnds(cell.config)), costRules(costConstants(cell)));

const portOf = (url: string): number => Number(new URL(url).port || 443);

/** `place`: on AWS, where the alarms' topic is. */
export function monitoringValues(
  config: StackConfig,
  at: { environment: string; region: string },
  place: Place | undefined,
  images: Versions["images"],
  releases: PinnedReleases = {},
): MonitoringValues {
  const { monitoring } = config;
  const managed = monitoring.prometheus === "managed";
  const pulled = (image: string): string => (place === undefined ? image : mirroredImage(place, image));
  const webhooks = monitoring.alertTo.flatMap((name) => monitoring.receivers[name]?.webhook ?? []);
  return {
    namespace: NAMESPACES.monitoring,
    modelsNamespace: NAMESPACES.models,
    nodeNamespace: NAMESPACES.node,
    gatewayNamespace: NAMESPACES.envoyGateway,
    owner: config.environment.owner,
    images: {
      prometheus: pulled(images.prometheus),
      stateMetrics: pulled(images["kube-state-metrics"]),
      nodeExporter: pulled(images["node-exporter"]),
      alertmanager: pulled(images.alertmanager),
    },
    labels: { environment: at.environment, region: at.region },
    remoteWrite: managed ? REMOTE_WRITE : "",
    storage: {
      days: monitoring.metricsDays,
      size: `${monitoring.metricsGiB}Gi`,
      className: place === undefined ? "" : "homeport-metrics",
      ebs: place !== undefined && !managed,
    },
    rules: rulesOf({ region: at.region, config, releases }),
    alertmanager: managed || monitoring.alertTo.length === 0 ? "" : alertmanagerOf(config, place),
    models: Object.keys(config.models),
    outwardPorts: [...new Set([443, ...(place === undefined ? webhooks.map(portOf) : [])])].sort((a, b) => a - b),
    ports: { guard: PORTS.metrics },
    memory: "2Gi",
  };
}

const alertmanagerOf = ({ monitoring }: StackConfig, place: Place | undefined): string =>
  place === undefined ? toWebhooks(monitoring) : toTopic({ arn: alarmTopicArn(place), region: place.region });
