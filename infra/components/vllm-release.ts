import type { StackConfig } from "../config/schema";
import { pulledIn } from "../values/aws/images";
import type { RunningRelease } from "../values/running-releases";
import { readVersions } from "../values/versions";
import { vllmValues } from "../values/vllm";
import { type InCell, RenderedChart } from "./rendered-chart";

/** One release variant in one cell: ready when its pods answer a real completion. Cost: its replicas' nodes. */
export class VllmRelease extends RenderedChart {
  constructor(region: string, config: StackConfig, release: RunningRelease, opts: InCell) {
    const values = vllmValues(config, release, readVersions().images.agent, pulledIn(region, config));
    const readySeconds = values.startup.progressDeadlineSeconds;
    super("VllmRelease", { region, name: release.objectName, chart: "vllm", values, readySeconds }, opts);
  }
}
