import type { KubernetesObject } from "../../../infra/core/kubernetes-object";

/**
 * Whether a pod spec stands anywhere in an object, whatever its kind: a list `containers` of objects with an image.
 * Deliberately ignorant of kinds, because the checkers know only Kubernetes' own and pass the pods of all others.
 */
export function hasPodSpec(object: KubernetesObject): boolean {
  return holdsContainers(object);
}

function holdsContainers(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsContainers);
  if (!isRecord(value)) return false;
  return (
    (Array.isArray(value.containers) && value.containers.some(hasImage)) || Object.values(value).some(holdsContainers)
  );
}

const hasImage = (value: unknown): boolean => isRecord(value) && typeof value.image === "string";

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
