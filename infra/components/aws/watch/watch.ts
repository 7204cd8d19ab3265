import * as pulumi from "@pulumi/pulumi";
import type { AwsCell, CellOptions } from "../cell";
import { Alarms, type Watched } from "./alarms";
import { Audit } from "./audit";
import { Metrics } from "./metrics";
import type { RegionLogs } from "./region-logs";
import { Spend } from "./spend";

export interface WatchArgs {
  /** Without `monitoring.audit`: none. */
  logs?: RegionLogs;
  entrances: Watched;
}

/** What looks at one region from outside its cluster; in the first region also at what the environment has only once. */
export class Watch extends pulumi.ComponentResource {
  /** Where the collector sends metrics, with `monitoring.prometheus: managed`. */
  readonly metricsUrl?: pulumi.Output<string>;

  constructor(cell: AwsCell, { logs, entrances }: WatchArgs, { parent }: CellOptions) {
    const { region, config } = cell;
    super("homeport:aws:Watch", region, {}, { parent });
    const alarms = new Alarms(cell, entrances, { parent: this });
    const after = { parent: this, dependsOn: [alarms] };
    if (config.monitoring.prometheus === "managed") this.metricsUrl = new Metrics(cell, after).url;
    if (region === config.regions[0]) {
      if (logs !== undefined) new Audit(cell, logs, { parent: this });
      if (config.budget.monthlyUsd !== undefined) new Spend(cell, config.budget.monthlyUsd, after);
    }
    this.registerOutputs();
  }
}
