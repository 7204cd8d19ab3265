import type { Place } from "../../../infra/core/aws/names";
import { plannedGroups } from "../../../infra/values/aws/nodes/node-group";
import type { Asked, Check } from "./check";
import { quotaValue } from "./quotas";

/** What EKS takes of one cluster unless somebody raised it (EKS user guide, service quotas, read 2026-11-22). */
const USUAL = 30;
const ServiceCode = "eks";
const QUOTA_CODE = "L-6D54EA21";

/** Asked only where a stack with many pools, ways and zones has more groups than any account takes by itself. */
export function nodeGroupChecks(place: Place, { config, releases }: Asked): Check[] {
  const { region } = place;
  const groups = plannedGroups({ region, place, config, releases }).flatMap(({ zones }) => zones).length;
  if (groups <= USUAL) return [];
  return [
    {
      name: `${region} quota node groups`,
      look: async () => {
        const value = (await quotaValue(region, QUOTA_CODE, ServiceCode)) ?? USUAL;
        const found = `${value} managed node groups a cluster, this stack has ${groups}`;
        if (value >= groups) return { found };
        return {
          found,
          fix: `aws service-quotas request-service-quota-increase --service-code ${ServiceCode} --quota-code ${QUOTA_CODE} --desired-value ${groups} --region ${region}`,
        };
      },
    },
  ];
}
