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

/** `charts/versions.json`: what runs beside our own charts, each by content. */
const Versions = z.looseObject({
  images: z.looseObject({ agent: PinnedImage }),
  charts: z.strictObject({ "envoy-gateway": ThirdPartyChart }),
});
export type Versions = z.output<typeof Versions>;

export const readVersions = (): Versions =>
  Versions.parse(JSON.parse(readFileSync(join(CHARTS, "versions.json"), "utf8")));
