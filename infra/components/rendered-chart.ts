import * as pulumi from "@pulumi/pulumi";
import { stageIndex } from "../core/apply-stages";
import { helmTemplate } from "../core/helm-template";
import type { KubernetesObject } from "../core/kubernetes-object";
import { CHART_SCHEMAS, type ChartName } from "../values/chart-schemas";
import { ClusterObject } from "./cluster-object";

/** Options of everything inside a cell: where it hangs, and what must stand before its first object. */
export interface InCell {
  parent: pulumi.Resource;
  dependsOn?: readonly pulumi.Resource[];
}

export interface RenderedChartArgs {
  region: string;
  /** Tells several uses of one chart in a region apart. */
  name?: string;
  chart: ChartName;
  /** Plain values, no Outputs and no secrets: what is reviewed is what is applied. */
  values: unknown;
  /** Longest wait for one object to become ready, in seconds. */
  readySeconds?: number;
}

/** One of our charts: rendered once, every object a resource of its own, each after those of earlier stages. */
export class RenderedChart extends pulumi.ComponentResource {
  constructor(kind: string, { region, name, ...args }: RenderedChartArgs, { parent, dependsOn }: InCell) {
    super(`homeport:kubernetes:${kind}`, name === undefined ? region : `${region}/${name}`, {}, { parent });
    const objects = helmTemplate(args.chart, CHART_SCHEMAS[args.chart].parse(args.values));
    registerInStages(region, objects, { parent: this, dependsOn }, args.readySeconds);
    this.registerOutputs();
  }
}

/** Registers plain objects under a parent; also for the few objects that belong to no chart. */
export function registerInStages(
  region: string,
  objects: readonly KubernetesObject[],
  { parent, dependsOn = [] }: InCell,
  readySeconds = 600,
): ClusterObject[] {
  const timeout = `${readySeconds}s`;
  const customTimeouts = { create: timeout, update: timeout };
  const made: { stage: number; resource: ClusterObject }[] = [];
  for (const object of [...objects].sort((a, b) => stageIndex(a) - stageIndex(b))) {
    const stage = stageIndex(object);
    const earlier = made.filter((one) => one.stage < stage).map(({ resource }) => resource);
    const opts = { parent, dependsOn: [...dependsOn, ...earlier], customTimeouts };
    made.push({ stage, resource: new ClusterObject(region, object, opts) });
  }
  return made.map(({ resource }) => resource);
}
