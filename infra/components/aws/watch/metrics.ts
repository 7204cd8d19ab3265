import { AlertManagerDefinition } from "@pulumi/aws/amp/alertManagerDefinition";
import { RuleGroupNamespace } from "@pulumi/aws/amp/ruleGroupNamespace";
import { Workspace } from "@pulumi/aws/amp/workspace";
import { WorkspaceConfiguration } from "@pulumi/aws/amp/workspaceConfiguration";
import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import * as pulumi from "@pulumi/pulumi";
import { prometheusLogGroup } from "../../../values/aws/watch/log-keeping";
import { alertDefinition, ruleNamespace, workspaceAlias } from "../../../values/aws/watch/metrics";
import type { AwsCell, CellOptions } from "../cell";

/** Days that the service's own complaints are kept: about rules and notices, never about requests. */
const COMPLAINT_DAYS = 30;

/** Managed Prometheus of one region, with the rules and who is told. Cost: by the sample. */
export class Metrics extends pulumi.ComponentResource {
  /** Ends with a slash. */
  readonly url: pulumi.Output<string>;

  constructor({ region, place, config, releases }: AwsCell, { parent, dependsOn = [] }: CellOptions) {
    super("homeport:aws:Metrics", region, {}, { parent });
    const name = `${region}/metrics`;
    const complaints = new LogGroup(
      name,
      { name: prometheusLogGroup(place), retentionInDays: COMPLAINT_DAYS },
      { parent: this },
    );
    const workspace = new Workspace(
      name,
      {
        alias: workspaceAlias(place),
        loggingConfiguration: { logGroupArn: pulumi.interpolate`${complaints.arn}:*` },
      },
      { parent: this },
    );
    this.url = workspace.prometheusEndpoint;
    const workspaceId = workspace.id;
    new WorkspaceConfiguration(
      name,
      { workspaceId, retentionPeriodInDays: config.monitoring.metricsDays },
      { parent: this },
    );
    new RuleGroupNamespace(
      name,
      { workspaceId, ...ruleNamespace({ region: place.region, config, releases }) },
      { parent: this },
    );
    if (config.monitoring.alertTo.length > 0)
      new AlertManagerDefinition(
        name,
        { workspaceId, definition: alertDefinition(place) },
        { parent: this, dependsOn: [...dependsOn] },
      );
    this.registerOutputs();
  }
}
