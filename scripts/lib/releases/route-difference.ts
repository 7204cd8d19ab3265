import type { KubernetesObject } from "../../../infra/core/kubernetes-object";
import { ANNOTATIONS } from "../../../infra/core/names";
import type { StoredObject } from "../kubectl";
import { weightsOf } from "./cluster-state";

/** What a promote or rollback is about; everything else on a route is deployed by `up`. */
const OWN = new Set(["backendRefs", ANNOTATIONS.generation]);

/**
 * Path of the first thing that a rendered route says and the stored one does not, beside weights and generation.
 * What only the stored one has are the API server's defaults.
 */
export function undeployedPart(rendered: KubernetesObject, stored: StoredObject): string | undefined {
  const { labels, annotations } = stored.metadata;
  return firstMissing(
    { labels: rendered.metadata.labels ?? {}, annotations: rendered.metadata.annotations ?? {}, spec: rendered.spec },
    { labels: labels ?? {}, annotations: annotations ?? {}, spec: stored.spec },
  );
}

function firstMissing(wanted: unknown, found: unknown, path = ""): string | undefined {
  if (typeof wanted !== "object" || wanted === null) return wanted === found ? undefined : path;
  if (typeof found !== "object" || found === null) return path;
  if (Array.isArray(wanted) && (!Array.isArray(found) || found.length !== wanted.length)) return path;
  for (const [key, value] of Object.entries(wanted)) {
    if (OWN.has(key)) continue;
    const missing = firstMissing(value, (found as Record<string, unknown>)[key], path ? `${path}.${key}` : key);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

/** Service -> weight, without those that get nothing. */
export const sharesOf = (route: KubernetesObject): Record<string, number> =>
  Object.fromEntries(Object.entries(weightsOf(route)).filter(([, weight]) => weight > 0));
