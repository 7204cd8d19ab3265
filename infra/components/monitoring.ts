import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import * as pulumi from "@pulumi/pulumi";
import type { PinnedReleases, StackConfig } from "../config/schema";
import type { Place } from "../core/aws/names";
import { NAMESPACES } from "../core/names";
import { monitoringValues, REMOTE_WRITE, remoteWriteFile } from "../values/monitoring";
import { readVersions } from "../values/versions";
import { type InCell, RenderedChart } from "./rendered-chart";

export interface MonitoringArgs {
  environment: string;
  region: string;
  config: StackConfig;
  releases: PinnedReleases;
  /** On AWS: where the cell is, and the address of the managed Prometheus where there is one. */
  place?: Place;
  metricsUrl?: pulumi.Input<string>;
}

/** Collector of one cell's metrics: it keeps them, or sends them to the managed Prometheus. */
export class Monitoring extends pulumi.ComponentResource {
  constructor(
    { environment, region, config, releases, place, metricsUrl }: MonitoringArgs,
    { parent, dependsOn = [] }: InCell,
  ) {
    super("homeport:kubernetes:Monitoring", region, {}, { parent });
    const destination = metricsUrl === undefined ? [] : [remoteWrite(this, region, metricsUrl, dependsOn)];
    const values = monitoringValues(config, { environment, region }, place, readVersions().images, releases);
    const opts = { parent: this, dependsOn: [...dependsOn, ...destination] };
    new RenderedChart("Collector", { region, chart: "monitoring", values }, opts);
    this.registerOutputs();
  }
}

/** Not a value of the chart, because only the workspace knows its address. */
const remoteWrite = (
  parent: pulumi.Resource,
  region: string,
  metricsUrl: pulumi.Input<string>,
  dependsOn: readonly pulumi.Resource[],
): ConfigMap =>
  new ConfigMap(
    `${region}/${NAMESPACES.monitoring}/${REMOTE_WRITE}`,
    {
      metadata: { namespace: NAMESPACES.monitoring, name: REMOTE_WRITE },
      data: { "remote-write.yml": pulumi.output(metricsUrl).apply((url) => remoteWriteFile(url, region)) },
    },
    { parent, dependsOn: [...dependsOn] },
  );
