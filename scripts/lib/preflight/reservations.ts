import { DescribeCapacityReservationsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { rungsIn } from "../../../infra/core/aws/capacity";
import type { Place } from "../../../infra/core/aws/names";
import { awsClient, isMissing } from "../aws/client";
import type { Asked, Check, Finding } from "./check";

/** One check per block and reservation that lies in the region: nodes wait for ever for one that is not what is thought. */
export const reservationChecks = ({ region }: Place, { config }: Asked): Check[] =>
  Object.entries(config.pools).flatMap(([name, pool]) =>
    rungsIn(region, pool).flatMap(({ capacity, reserved }) =>
      reserved === undefined
        ? []
        : [
            {
              name: `${region} ${capacity} of pool ${name}`,
              look: () => reservation(region, reserved, pool.instanceType ?? "", `pools.${name}.${capacity}`),
            },
          ],
    ),
  );

async function reservation(
  region: string,
  { id, zone }: { id: string; zone: string },
  instanceType: string,
  path: string,
): Promise<Finding> {
  const ec2 = awsClient(EC2Client, { region });
  const answer = await ec2
    .send(new DescribeCapacityReservationsCommand({ CapacityReservationIds: [id] }))
    .catch((error) => {
      if (isMissing(error, "InvalidCapacityReservationId.NotFound")) return undefined;
      throw error;
    });
  const found = answer?.CapacityReservations?.[0];
  if (found === undefined) return { found: `${id} is not in this account`, fix: `correct ${path}.id` };
  const wrong = [
    ...(["active", "scheduled"].includes(found.State ?? "") ? [] : [`is ${found.State}, not active`]),
    ...(found.InstanceType === instanceType ? [] : [`holds ${found.InstanceType}, not ${instanceType}`]),
    ...(found.AvailabilityZoneId === undefined || found.AvailabilityZoneId === zone
      ? []
      : [`lies in ${found.AvailabilityZoneId}, not ${zone}`]),
  ];
  if (wrong.length > 0) return { found: `${id} ${wrong.join(", ")}`, fix: `correct ${path}` };
  return { found: `${id}: ${found.AvailableInstanceCount} of ${found.TotalInstanceCount} ${instanceType} free` };
}
