import { Provider } from "@pulumi/aws/provider";
import { HealthCheck } from "@pulumi/aws/route53/healthCheck";
import { Record as DnsRecord } from "@pulumi/aws/route53/record";
import * as pulumi from "@pulumi/pulumi";
import type { LoadedStack, StackConfig } from "../config/schema";
import { controlRegion } from "../core/aws/names";
import { type Entrance, entrancesOf, hostOf } from "../core/entrances";
import { type Addresses, awsAddresses } from "../values/addresses";
import { providerArgs } from "../values/aws/provider";
import { healthCheckArgs, type RegionRecord, regionRecords } from "../values/aws/traffic/dns";
import { readyAlarmArgs } from "../values/aws/traffic/load-balancers";
import { Accelerator } from "./aws/traffic/accelerator";
import type { LoadBalancers } from "./aws/traffic/load-balancers";

type Balancers = ReadonlyMap<string, LoadBalancers>;
type Stack = Pick<LoadedStack, "name" | "config">;

/** What clients are told: addresses by model and policy, and on AWS the same for each region alone. */
export interface Joined {
  addresses: pulumi.Input<Addresses>;
  regionalAddresses?: pulumi.Output<Record<string, Addresses>>;
}

/** Joins the cells of a stack; the one cell of platform `kubernetes` is reached as its owner wishes, at these paths. */
export function joinRegions(
  stack: Stack,
  cells: readonly { region: string; loadBalancers?: LoadBalancers }[],
  paths: Addresses,
): Joined {
  if (stack.config.environment.platform === "kubernetes") return { addresses: paths };
  const balancers = new Map(
    cells.flatMap(({ region, loadBalancers }) =>
      loadBalancers === undefined ? [] : [[region, loadBalancers] as const],
    ),
  );
  new Failover(stack, balancers);
  const names = Object.fromEntries(
    [...balancers].map(([region, { entrances }]) => [
      region,
      Object.fromEntries(Object.entries(entrances).map(([key, { loadBalancer }]) => [key, loadBalancer.dnsName])),
    ]),
  );
  const joined = pulumi.output(names).apply((known) => awsAddresses(stack.config, Object.keys(paths), known));
  return { addresses: joined.addresses, regionalAddresses: joined.regionalAddresses };
}

/** Joins the regions: one name per model, whose answer is a region that has a ready release. Cost: $0.60 a name and region. */
class Failover extends pulumi.ComponentResource {
  constructor({ name, config }: Stack, balancers: Balancers) {
    const [leading = ""] = config.regions;
    // Not the first region's provider: to take a lost region out of DNS must need nothing of that region.
    const region = controlRegion(leading);
    const account = config.environment.account ?? "";
    const provider = new Provider("global", providerArgs(region, name, config));
    super("homeport:aws:Failover", "failover", {}, { providers: [provider] });
    const first = { environment: name, account, region: leading };
    const records = regionRecords(config);
    if (config.traffic.globalAccelerator)
      for (const entrance of entrancesOf(config))
        this.#accelerated(entrance, config, new Accelerator(entrance, { first, config }, balancers, { parent: this }));
    else for (const record of records) this.#shared(record, config, balancers);
    for (const record of records) this.#regional(record, config, balancers);
    this.registerOutputs();
  }

  /** A region's share of the common name, while the region is healthy. */
  #shared(record: RegionRecord, config: StackConfig, balancers: Balancers): void {
    const { entrance, region, host, weight } = record;
    const made = balancers.get(region)?.entrances[entrance.key];
    if (made === undefined) return;
    const name = `${region}/${entrance.key}`;
    const check = new HealthCheck(
      name,
      {
        ...healthCheckArgs(record),
        cloudwatchAlarmName: made.alarm.name,
        // Route 53 keeps a copy of the alarm's settings, which only an update of the check renews.
        triggers: { alarm: JSON.stringify(readyAlarmArgs(entrance, config)) },
        tags: { Name: `${host} ${region}` },
      },
      { parent: this },
    );
    new DnsRecord(
      name,
      {
        zoneId: config.traffic.hostedZoneId ?? "",
        name: host,
        type: "A",
        setIdentifier: region,
        weightedRoutingPolicies: [{ weight }],
        healthCheckId: check.id,
        aliases: [{ name: made.loadBalancer.dnsName, zoneId: made.loadBalancer.zoneId, evaluateTargetHealth: true }],
      },
      { parent: this },
    );
  }

  /** One region by its own name, whatever its health and state: for drills and for finding a fault. */
  #regional({ entrance, region, regionalHost }: RegionRecord, { traffic }: StackConfig, balancers: Balancers): void {
    const loadBalancer = balancers.get(region)?.entrances[entrance.key]?.loadBalancer;
    if (loadBalancer === undefined) return;
    new DnsRecord(
      `${region}/${entrance.key}-alone`,
      {
        zoneId: traffic.hostedZoneId ?? "",
        name: regionalHost,
        type: "A",
        aliases: [{ name: loadBalancer.dnsName, zoneId: loadBalancer.zoneId, evaluateTargetHealth: false }],
      },
      { parent: this },
    );
  }

  /** The accelerator chooses the region. Weighted like the records it replaces: other kinds cannot stand beside them. */
  #accelerated(entrance: Entrance, { traffic }: StackConfig, { dnsName, zoneId }: Accelerator): void {
    if (traffic.hostedZoneId === undefined || traffic.hostname === undefined) return;
    new DnsRecord(
      `${entrance.key}-accelerated`,
      {
        zoneId: traffic.hostedZoneId,
        name: hostOf(entrance, traffic.hostname),
        type: "A",
        setIdentifier: "accelerator",
        weightedRoutingPolicies: [{ weight: 100 }],
        aliases: [{ name: dnsName, zoneId, evaluateTargetHealth: false }],
      },
      { parent: this },
    );
  }
}
