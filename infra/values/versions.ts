import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CHARTS } from "../core/helm-template";
import { PinnedImage } from "../core/release";

const ThirdPartyChart = z.strictObject({
  chart: z.string().min(1).meta({ description: "Chart, as Helm names it." }),
  version: z.string().min(1),
  module: z.string().min(1).meta({ description: "Go module that holds the chart's source." }),
  moduleSum: z
    .string()
    .regex(/^h1:[A-Za-z0-9+/]{43}=$/)
    .meta({ description: "Hash of that module, as go.sum has it." }),
});

/**
 * `charts/versions.json`: what runs beside our own charts, each by content. No registry could be asked; the digests of
 * Prometheus 3.13.4 (LTS), Alertmanager 0.34.1 and kube-state-metrics 2.19.1 are those that several unrelated public
 * repositories pin (read 2026-11-22): compare before the first use, `homeport images mirror` refuses another content.
 */
const Versions = z.looseObject({
  images: z.looseObject({
    agent: PinnedImage,
    prometheus: PinnedImage,
    alertmanager: PinnedImage,
    "kube-state-metrics": PinnedImage,
  }),
  charts: z.strictObject({ "envoy-gateway": ThirdPartyChart }),
});
export type Versions = z.output<typeof Versions>;

export const readVersions = (): Versions =>
  Versions.parse(JSON.parse(readFileSync(join(CHARTS, "versions.json"), "utf8")));
