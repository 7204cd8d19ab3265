import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import { WebAcl } from "@pulumi/aws/wafv2/webAcl";
import { WebAclAssociation } from "@pulumi/aws/wafv2/webAclAssociation";
import { WebAclLoggingConfiguration } from "@pulumi/aws/wafv2/webAclLoggingConfiguration";
import * as pulumi from "@pulumi/pulumi";
import type { Entrance } from "../../../core/entrances";
import { firewallLogGroup, firewallLoggingArgs, webAclArgs } from "../../../values/aws/traffic/web-firewall";
import { cloudWatchDays } from "../../../values/aws/watch/log-keeping";
import type { AwsCell, CellOptions } from "../cell";
import type { RegionLogs } from "../watch/region-logs";
import type { RegionEntrance } from "./entrance";

/** AWS WAF before one region's load balancers. Cost: about $10 a month, and $0.60 per million requests. */
export class WebFirewall extends pulumi.ComponentResource {
  readonly #region: string;
  readonly #acl: WebAcl;

  constructor({ region, place, config }: AwsCell, logs: Pick<RegionLogs, "key"> | undefined, opts: CellOptions) {
    super("homeport:aws:WebFirewall", region, {}, { parent: opts.parent });
    this.#region = region;
    this.#acl = new WebAcl(`${region}/models`, webAclArgs(place), { parent: this });
    const group = new LogGroup(
      `${region}/web-firewall`,
      {
        name: firewallLogGroup(place),
        retentionInDays: cloudWatchDays(config.monitoring.retentionDays),
        kmsKeyId: logs?.key.arn,
      },
      { parent: this, protect: true, retainOnDelete: true },
    );
    new WebAclLoggingConfiguration(
      `${region}/models`,
      { ...firewallLoggingArgs, resourceArn: this.#acl.arn, logDestinationConfigs: [group.arn] },
      { parent: this },
    );
    this.registerOutputs();
  }

  guard({ key }: Entrance, { loadBalancer }: RegionEntrance): void {
    new WebAclAssociation(
      `${this.#region}/${key}`,
      { resourceArn: loadBalancer.arn, webAclArn: this.#acl.arn },
      { parent: this },
    );
  }
}
