import type { Problem } from "../../core/errors";
import { onAws, type Rule } from "./rule";

/** Everything that would need the internet contradicts `airgapped`, each at its own place. */
export const airgapHasNoHole: Rule = onAws(({ config }) => {
  const { environment, network, cluster, traffic, regions } = config;
  if (!environment.airgapped) return [];
  const holes: [open: boolean, path: string, given: string, fix: string][] = [
    [network.nat !== "none", "network.nat", network.nat, "remove it, or write `none`"],
    [
      cluster.access.via === "public",
      "cluster.access.via",
      "public",
      "write `via: inside` (from a machine in the VPC or a network joined to it) or `via: tunnel` (SSM)",
    ],
    [traffic.exposure === "public", "traffic.exposure", "public", "write `internal`"],
    [traffic.globalAccelerator, "traffic.globalAccelerator", "true", "remove it"],
  ];
  const publicSubnets = Object.entries(network.existing).filter(
    ([region, vpc]) => regions.includes(region) && Object.keys(vpc.publicSubnets).length > 0,
  );
  return [
    ...holes.filter(([open]) => open).map(([, path, given, fix]) => contradiction(path, given, fix)),
    ...publicSubnets.map(([region]) =>
      contradiction(`network.existing.${region}.publicSubnets`, "set", "remove them, and use a VPC without such a way"),
    ),
  ];
});

const contradiction = (path: string, given: string, fix: string): Problem => ({
  path,
  given,
  allowed: "environment.airgapped allows no way to or from the internet",
  fix,
});
