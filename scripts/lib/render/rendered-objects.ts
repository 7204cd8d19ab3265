import { APPLY_STAGES, type ApplyStage, stageOf } from "../../../infra/core/apply-stages";
import type { KubernetesObject } from "../../../infra/core/kubernetes-object";
import type { PlannedResource } from "./recorder";

export interface RenderedObject {
  region: string;
  stage: ApplyStage;
  /** Where `homeport render --out` writes it: `local/06-releases/deployment-homeport-models-chat….yaml`. */
  path: string;
  object: KubernetesObject;
}

/** The Kubernetes objects of a plan in the order in which they are applied: by region, stage, then path. */
export function renderedObjects(plan: readonly PlannedResource[]): RenderedObject[] {
  const objects = plan.filter(({ type }) => isObject(type)).map(rendered);
  return objects.sort(
    (a, b) =>
      compare(a.region, b.region) ||
      APPLY_STAGES.indexOf(a.stage) - APPLY_STAGES.indexOf(b.stage) ||
      compare(a.path, b.path),
  );
}

const isObject = (type: string): boolean => type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm.sh/");

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function rendered({ inputs, provider }: PlannedResource): RenderedObject {
  const object = inputs as unknown as KubernetesObject;
  const region = provider.split("::").at(-1) ?? "";
  const stage = stageOf(object);
  const { namespace, name } = object.metadata;
  const file = [object.kind.toLowerCase(), namespace, name].filter((part) => part !== undefined).join("-");
  const folder = `${String(APPLY_STAGES.indexOf(stage)).padStart(2, "0")}-${stage}`;
  return { region, stage, path: `${region}/${folder}/${file}.yaml`, object };
}
