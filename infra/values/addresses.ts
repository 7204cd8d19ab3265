import type { StackConfig } from "../config/schema";
import { entrancePort, isEncrypted } from "../core/aws/load-balancing";
import { type Entrance, entrancesOf, hostOf, regionalHostOf } from "../core/entrances";
import { basePaths } from "./gateway";

/** Model -> policy -> base URL for OpenAI clients. */
export type Addresses = Record<string, Record<string, string>>;

/** Names of the load balancers, which AWS gives: region -> entrance -> DNS name. */
export type BalancerNames = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** `https://chat.example.com`, with the port where it is not the scheme's own. */
function origin(host: string, region: string, { traffic }: StackConfig): string {
  const port = entrancePort(region, traffic);
  const tls = isEncrypted(region, traffic);
  return `${tls ? "https" : "http"}://${host}${port === (tls ? 443 : 80) ? "" : `:${port}`}`;
}

type HostOf = (entrance: Entrance) => string | undefined;

function addressesAt(config: StackConfig, entrances: readonly Entrance[], region: string, hostFor: HostOf): Addresses {
  const found: Addresses = {};
  for (const entrance of entrances) {
    const host = hostFor(entrance);
    if (host === undefined) continue;
    for (const [policy, path] of Object.entries(basePaths(entrance.model, config, entrance.dataClass)))
      found[entrance.model] = { ...found[entrance.model], [policy]: `${origin(host, region, config)}${path}` };
  }
  return found;
}

/** URLs on AWS of the models that answer: over all regions, when there is a host name, and in each region not lost. */
export function awsAddresses(config: StackConfig, answering: readonly string[], names: BalancerNames) {
  const { regions, regionStates, traffic } = config;
  const { hostname, hostedZoneId } = traffic;
  const [leading = ""] = regions;
  const entrances = entrancesOf(config).filter(({ model }) => answering.includes(model));
  const nameOf = (region: string, { key }: Entrance) => names[region]?.[key];
  const common: HostOf = (entrance) => {
    if (hostname !== undefined) return hostOf(entrance, hostname);
    return regions.length === 1 ? nameOf(leading, entrance) : undefined;
  };
  // Without a zone nobody has written the regional names.
  const regional = (region: string, entrance: Entrance) =>
    hostname !== undefined && hostedZoneId !== undefined
      ? regionalHostOf(entrance, region, hostname)
      : nameOf(region, entrance);
  const reachable = regions.filter((region) => regionStates[region] !== "lost");
  return {
    addresses: addressesAt(config, entrances, leading, common),
    regionalAddresses: Object.fromEntries(
      reachable.map((region) => [region, addressesAt(config, entrances, region, (one) => regional(region, one))]),
    ),
  };
}
