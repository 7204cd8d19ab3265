import type { StackConfig } from "../../../config/schema";
import { entrancesOf } from "../../../core/entrances";
import { interfaceEndpoints } from "../network/endpoints";
import type { SubnetKind } from "../network/subnets";
import { GPU_NODE_PODS } from "./node-config";
import { SYSTEM_MAX_PER_ZONE } from "./pool-size";

/** EKS asks for 6 addresses in each subnet of a control plane and advises 16 (EKS user guide, network requirements). */
const CONTROL_PLANE = 16;

/** A load balancer is not made in a subnet with fewer free (ELB user guides: "at least 8 available IP addresses"). */
const LOAD_BALANCER = 8;

/** Pods of an `m7i.xlarge`: 4 interfaces of 15 addresses (moto 5.2.5's instance types), their own aside, and two. */
const SYSTEM_NODE = 58;

/**
 * Addresses that a cell may take in one subnet of each kind, when all nodes of a pool lie in its zone. Pods have addresses
 * of the subnet (VPC CNI), so it is they that count. Read 2026-11-22.
 */
export function addressesTaken(region: string, config: StackConfig): Record<SubnetKind, number> {
  const gpuNodes = Object.values(config.pools).reduce(
    (sum, { gpusPerNode, max }) => sum + (gpusPerNode > 0 ? max : 0),
    0,
  );
  const balancers = LOAD_BALANCER * entrancesOf(config).length;
  const isPublic = config.traffic.exposure === "public";
  return {
    private:
      CONTROL_PLANE +
      interfaceEndpoints(region, config).length +
      SYSTEM_MAX_PER_ZONE * SYSTEM_NODE +
      (isPublic ? 0 : balancers),
    gpu: gpuNodes * GPU_NODE_PODS,
    public: isPublic ? balancers : 0,
  };
}
