import type { StackConfig } from "../../../config/schema";
import { entrancePort } from "../../../core/aws/load-balancing";
import { logsBucket, type Place } from "../../../core/aws/names";
import type { Entrance } from "../../../core/entrances";
import { regionWeights } from "../../../core/region-weights";

/** `first`: the environment's first region, whose bucket takes the flow logs. */
export const acceleratorArgs = ({ key }: Entrance, first: Place, { monitoring }: StackConfig) => ({
  name: `homeport-${first.environment}-${key}`,
  ipAddressType: "IPV4",
  ...(monitoring.audit && {
    attributes: {
      flowLogsEnabled: true,
      flowLogsS3Bucket: logsBucket(first),
      // Below the folder that the bucket's policy opens to load balancers.
      flowLogsS3Prefix: `load-balancers/accelerator-${key}`,
    },
  }),
});

/** Requests stand alone, so a client is bound to no region. */
export const acceleratorListenerArgs = (region: string, { traffic }: StackConfig) => {
  const port = entrancePort(region, traffic);
  return { protocol: "TCP", clientAffinity: "NONE", portRanges: [{ fromPort: port, toPort: port }] };
};

export interface AcceleratedRegion {
  region: string;
  /** Percent of the clients that are nearest to this region and stay there. */
  dial: number;
}

/** Regions behind an accelerator: a lost one is taken out, a drained one gets nobody. */
export const acceleratedRegions = (config: StackConfig): AcceleratedRegion[] =>
  [...regionWeights(config)].map(([region, { closed }]) => ({ region, dial: closed ? 0 : 100 }));
