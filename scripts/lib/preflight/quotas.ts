import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  NoSuchResourceException,
  ServiceQuotasClient,
} from "@aws-sdk/client-service-quotas";
import type { Place } from "../../../infra/core/aws/names";
import { type PoolSize, type QuotaName, quotaOf, vCpusNeeded } from "../../../infra/core/aws/quotas";
import { SYSTEM_INSTANCE, systemSize } from "../../../infra/values/aws/nodes/pool-size";
import { awsClient } from "../aws/client";
import type { Asked, Check } from "./check";
import { runningBesides, type VCpus } from "./running";

const EC2 = "ec2";

/** vCPUs that the account may run of a quota in a region; undefined where the region has no such quota. */
export type AskQuota = (region: string, quota: QuotaName) => Promise<number | undefined>;

/** Asks AWS once for each, whoever wants to know. */
export function quotaAsker(): AskQuota {
  const asked = new Map<string, Promise<number | undefined>>();
  return (region, quota) => {
    const key = `${region} ${quota}`;
    const answer = asked.get(key) ?? quotaValue(region, quotaOf(quota).code);
    asked.set(key, answer);
    return answer;
  };
}

/** One check per quota that the region's pools count against. */
export function quotaChecks(place: Place, { config }: Asked, ask: AskQuota): Check[] {
  const { max } = systemSize(place.region, config);
  const pools: PoolSize[] = [
    ...Object.values(config.pools),
    { instanceType: SYSTEM_INSTANCE, max, capacity: ["on-demand"] },
  ];
  // One look at what runs serves all quotas of the region.
  let looked: Promise<VCpus> | undefined;
  const others = () => {
    looked ??= runningBesides(place);
    return looked;
  };
  return Object.entries(vCpusNeeded(pools)).map(([name, need]) =>
    quotaCheck(place.region, name as QuotaName, need, { ask, others }),
  );
}

function quotaCheck(
  region: string,
  quota: QuotaName,
  need: number,
  { ask, others }: { ask: AskQuota; others: () => Promise<VCpus> },
): Check {
  const { code, name } = quotaOf(quota);
  return {
    name: `${region} quota ${quota}`,
    look: async () => {
      const value = await ask(region, quota);
      if (value === undefined)
        return { found: `no quota ${code} here (${name})`, fix: "look for its name in the Service Quotas console" };
      const used = (await others())[quota] ?? 0;
      const besides = used === 0 ? "" : `, others run ${used} now`;
      const found = `${value} vCPUs (${name})${besides}, this stack may run ${need}`;
      if (value >= need + used) return { found };
      return {
        found,
        fix: `aws service-quotas request-service-quota-increase --service-code ${EC2} --quota-code ${code} --desired-value ${need + used} --region ${region}`,
      };
    },
  };
}

/** The account's own limit; where nobody ever raised it, AWS knows only the default. */
export async function quotaValue(region: string, QuotaCode: string, ServiceCode = EC2): Promise<number | undefined> {
  const quotas = awsClient(ServiceQuotasClient, { region });
  const unlessMissing = (error: unknown) => {
    if (error instanceof NoSuchResourceException) return undefined;
    throw error;
  };
  const own = await quotas.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode })).catch(unlessMissing);
  if (own?.Quota?.Value !== undefined) return own.Quota.Value;
  const usual = await quotas
    .send(new GetAWSDefaultServiceQuotaCommand({ ServiceCode, QuotaCode }))
    .catch(unlessMissing);
  return usual?.Quota?.Value;
}
