import { Accelerator as GlobalAccelerator } from "@pulumi/aws/globalaccelerator/accelerator";
import { EndpointGroup } from "@pulumi/aws/globalaccelerator/endpointGroup";
import { Listener } from "@pulumi/aws/globalaccelerator/listener";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../../config/schema";
import type { Place } from "../../../core/aws/names";
import type { Entrance } from "../../../core/entrances";
import { acceleratedRegions, acceleratorArgs, acceleratorListenerArgs } from "../../../values/aws/traffic/accelerator";
import type { LoadBalancers } from "./load-balancers";

/** Two fixed addresses for one entrance in all regions. Cost: $18 a month, and a premium for each GB. */
export class Accelerator extends pulumi.ComponentResource {
  readonly dnsName: pulumi.Output<string>;
  readonly zoneId: pulumi.Output<string>;

  constructor(
    entrance: Entrance,
    { first, config }: { first: Place; config: StackConfig },
    balancers: ReadonlyMap<string, LoadBalancers>,
    opts: { parent: pulumi.Resource },
  ) {
    const { key } = entrance;
    super("homeport:aws:Accelerator", key, {}, { parent: opts.parent });
    const accelerator = new GlobalAccelerator(key, acceleratorArgs(entrance, first, config), { parent: this });
    this.dnsName = accelerator.dnsName;
    this.zoneId = accelerator.hostedZoneId;
    const listener = new Listener(
      key,
      { ...acceleratorListenerArgs(first.region, config), acceleratorArn: accelerator.arn },
      { parent: this },
    );
    for (const { region, dial } of acceleratedRegions(config)) {
      const made = balancers.get(region)?.entrances[key];
      if (made === undefined) continue;
      new EndpointGroup(
        `${region}/${key}`,
        {
          listenerArn: listener.arn,
          endpointGroupRegion: region,
          trafficDialPercentage: dial,
          // The load balancer's own checks count. Its security group sees the clients' addresses, not the accelerator's.
          endpointConfigurations: [{ endpointId: made.loadBalancer.arn, clientIpPreservationEnabled: true }],
        },
        { parent: this },
      );
    }
    this.registerOutputs();
  }
}
