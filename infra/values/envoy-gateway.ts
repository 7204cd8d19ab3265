import type { StackConfig } from "../config/schema";

/** Values of the third-party chart `gateway-helm`; only what differs from its own defaults. `image`: on AWS. */
export const envoyGatewayValues = ({ environment }: StackConfig, image?: string) => ({
  ...(image !== undefined && { global: { images: { envoyGateway: { image } } } }),
  deployment: {
    replicas: environment.profile === "development" ? 1 : 2,
    // It turns a flipped route into the proxies' configuration: starved, it is the slowest part of a rollback.
    envoyGateway: { resources: { requests: { cpu: "200m" } } },
  },
  podDisruptionBudget: environment.profile === "development" ? { minAvailable: 0 } : { minAvailable: 1 },
  // A mutating webhook on every proxy pod, for zone-aware routing that no chart of ours turns on.
  topologyInjector: { enabled: false },
});
