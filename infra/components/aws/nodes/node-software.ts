import { Release } from "@pulumi/kubernetes/helm/v3/release";
import * as pulumi from "@pulumi/pulumi";
import { formatProblem } from "../../../core/errors";
import { pulledIn } from "../../../values/aws/images";
import { clusterAutoscaler } from "../../../values/aws/nodes/cluster-autoscaler";
import { gpuSoftware } from "../../../values/aws/nodes/gpu-software";
import { KARPENTER, karpenterObjects, karpenterPools, karpenterValues } from "../../../values/aws/nodes/karpenter";
import {
  LOAD_BALANCER_CONTROLLER,
  loadBalancerControllerValues,
} from "../../../values/aws/traffic/load-balancer-controller";
import { chartReference, readVersions, unresolvedImage, type Versions } from "../../../values/versions";
import { type InCell, registerInStages } from "../../rendered-chart";
import type { AwsCell } from "../cell";

const MINUTES = 60;

/** What runs in a cluster so that nodes come, have GPUs to give, and are found by the load balancers. */
export class NodeSoftware extends pulumi.ComponentResource {
  private readonly versions = readVersions();

  constructor(
    private readonly cell: AwsCell,
    private readonly opts: InCell,
  ) {
    super("homeport:kubernetes:NodeSoftware", cell.region, {}, { parent: opts.parent });
    this.gpus();
    this.autoscaler();
    this.loadBalancerController();
    if (karpenterPools(cell.config).length > 0) this.karpenter();
    this.registerOutputs();
  }

  private get below(): InCell {
    return { parent: this, dependsOn: this.opts.dependsOn };
  }

  private image(name: keyof Versions["images"]): string {
    const image = this.versions.images[name];
    if (typeof image !== "string") throw new pulumi.RunError(formatProblem(unresolvedImage(`${name}`)));
    return pulledIn(this.cell.region, this.cell.config)(image);
  }

  private gpus(): void {
    const { region, config } = this.cell;
    const together = Object.values(config.pools).some(({ multiNode }) => multiNode);
    const images = {
      devicePlugin: this.image("nvidia-device-plugin"),
      dcgmExporter: this.image("dcgm-exporter"),
      ...(together ? { efaDevicePlugin: this.image("efa-device-plugin") } : {}),
    };
    registerInStages(region, gpuSoftware(config, images), this.below);
  }

  private autoscaler(): void {
    const { region, place, config } = this.cell;
    const image = this.image(`cluster-autoscaler-${config.cluster.version}`);
    registerInStages(region, clusterAutoscaler({ place, config, image }), this.below);
  }

  private loadBalancerController(): void {
    const { place, config } = this.cell;
    const name = "aws-load-balancer-controller";
    const values = loadBalancerControllerValues(place, config, this.image(name));
    this.chart(name, LOAD_BALANCER_CONTROLLER.namespace, values);
  }

  /** Its kinds are a chart of their own: Helm never updates those that a chart brings along. */
  private karpenter(): void {
    const { region, place, config } = this.cell;
    const { namespace } = KARPENTER;
    const kinds = this.chart("karpenter-crd", namespace, {});
    const values = karpenterValues(place, config, this.image("karpenter"));
    const controller = this.chart("karpenter", namespace, values, [kinds]);
    const objects = karpenterObjects(this.cell);
    const classes = objects.filter(({ kind }) => kind === "EC2NodeClass");
    const made = registerInStages(region, classes, { parent: this, dependsOn: [controller] });
    // Also when all goes: a class goes after the pools, whose nodes it describes, and the controller last.
    const pools = objects.filter(({ kind }) => kind === "NodePool");
    registerInStages(region, pools, { parent: this, dependsOn: [controller, ...made] });
  }

  private chart(
    name: Exclude<keyof Versions["charts"], "envoy-gateway">,
    namespace: string,
    values: Record<string, unknown>,
    after: readonly pulumi.Resource[] = [],
  ): Release {
    return new Release(
      `${this.cell.region}/${name}`,
      {
        name,
        namespace,
        ...chartReference(name, this.cell.config.environment.airgapped),
        skipCrds: name === "karpenter",
        values,
        timeout: 5 * MINUTES,
      },
      { parent: this, dependsOn: [...(this.opts.dependsOn ?? []), ...after] },
    );
  }
}
