import { defaultVpcCidr, isAwsRegion } from "../../../core/aws/regions";

const FIRST_PORT = 16_400;

/**
 * Port on this machine at which `homeport tunnel` offers a region's Kubernetes API: the region's own, whatever its place
 * in the stack file, because the port is part of the provider's kubeconfig.
 */
export const tunnelPort = (region: string): number =>
  FIRST_PORT + (isAwsRegion(region) ? Number(defaultVpcCidr(region).split(".")[1]) : 0);
