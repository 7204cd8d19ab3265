import { DescribeAvailabilityZonesCommand, DescribeInstanceTypeOfferingsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { zonesWith } from "../../../infra/core/aws/instance-catalog";
import type { Place } from "../../../infra/core/aws/names";
import { takesControlPlane } from "../../../infra/core/aws/zones";
import { zonesIn } from "../../../infra/values/aws/network/subnets";
import { awsClient } from "../aws/client";
import type { Asked, Check } from "./check";

const list = (items: readonly string[]): string => [...items].sort().join(", ");

/** Zones differ between accounts: a new one does not see what is full. */
export const zoneCheck = ({ region }: Place, { config }: Asked): Check => ({
  name: `${region} zones`,
  look: async () => {
    const ec2 = awsClient(EC2Client, { region });
    const Filters = [{ Name: "zone-type", Values: ["availability-zone"] }];
    const { AvailabilityZones = [] } = await ec2.send(new DescribeAvailabilityZonesCommand({ Filters }));
    const there = AvailabilityZones.filter(({ State }) => State === "available").map(({ ZoneId = "" }) => ZoneId);
    const wanted = zonesIn(region, config);
    const missing = wanted.filter((zone) => !there.includes(zone));
    if (missing.length === 0) return { found: wanted.join(", ") };
    const usable = there.filter(takesControlPlane).sort().slice(0, 3);
    return {
      found: `${missing.join(", ")} not in this account, which has ${list(there)}`,
      fix: `network: { zones: { ${region}: [${usable.join(", ")}] } }`,
    };
  },
});

/** A node group is refused when one of its zones does not have its instance type. */
export function offeringCheck({ region }: Place, pool: string, { config }: Asked): Check {
  const { instanceType = "" } = config.pools[pool] ?? {};
  return {
    name: `${region} pool ${pool}`,
    look: async () => {
      const ec2 = awsClient(EC2Client, { region });
      const { InstanceTypeOfferings = [] } = await ec2.send(
        new DescribeInstanceTypeOfferingsCommand({
          LocationType: "availability-zone-id",
          Filters: [{ Name: "instance-type", Values: [instanceType] }],
        }),
      );
      const there = InstanceTypeOfferings.map(({ Location = "" }) => Location);
      const planned = zonesWith(instanceType, region, zonesIn(region, config, "gpu"));
      const missing = planned.filter((zone) => !there.includes(zone));
      if (planned.length > 0 && missing.length === 0)
        return { found: `${instanceType} is offered in ${planned.join(", ")}` };
      if (there.length === 0)
        return { found: `${instanceType} is not offered`, fix: "choose another instance type or region" };
      const where = planned.length === 0 ? "any of this stack's zones" : missing.join(", ");
      return {
        found: `${instanceType} is not offered in ${where}`,
        fix: `network.zones.${region} must take from ${list(there)}`,
      };
    },
  };
}
