import type { LoadedStack } from "../../../infra/config/schema";
import { helmTemplate } from "../../../infra/core/helm-template";
import type { KubernetesObject } from "../../../infra/core/kubernetes-object";
import { CHART_SCHEMAS } from "../../../infra/values/chart-schemas";
import { gatewayValues } from "../../../infra/values/gateway";
import { releasesIn } from "../../../infra/values/running-releases";

/**
 * A model's whole routes in one region, byte for byte as a render of the stack has them. `also`: releases that run beside
 * those of the stack's pointers; they get no requests, and the gateway keeps its connections to them.
 */
export function modelRoutes(
  { name: environment, config, releases }: LoadedStack,
  region: string,
  model: string,
  also: readonly string[] = [],
): KubernetesObject[] {
  const { running } = releasesIn({ environment, region }, config, model, releases, also);
  const values = gatewayValues(region, config, model, running);
  if (values === undefined) return [];
  return helmTemplate("gateway", CHART_SCHEMAS.gateway.parse(values)).filter(({ kind }) => kind === "HTTPRoute");
}
