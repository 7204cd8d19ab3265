import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Problem } from "../core/errors";
import { CHARTS } from "../core/helm-template";
import { PinnedImage } from "../core/release";

const ChartDigest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .meta({ description: "Digest of the archive, or of the OCI manifest." });

const ChartOfModule = z.strictObject({
  chart: z.string().min(1).meta({ description: "Chart, as Helm names it." }),
  version: z.string().min(1),
  digest: ChartDigest,
  module: z.string().min(1).meta({ description: "Go module that holds the chart's source." }),
  moduleSum: z
    .string()
    .regex(/^h1:[A-Za-z0-9+/]{43}=$/)
    .meta({ description: "Hash of that module, as go.sum has it." }),
});

const PublishedChart = z.strictObject({
  chart: z.string().min(1).meta({ description: "Chart, as Helm names it." }),
  repository: z.url().optional().meta({ description: "Its repository, where it is no OCI address." }),
  version: z.string().min(1),
  digest: ChartDigest,
});

/**
 * `charts/versions.json`: what runs beside our own charts, each by content. No registry could be asked; the digests of
 * Prometheus 3.13.4 (LTS), Alertmanager 0.34.1, kube-state-metrics 2.19.1 and node-exporter 1.11.1 are those that several
 * unrelated public repositories pin (read 2026-11-22), as is that of Envoy Gateway 1.9.1, whose own source names the proxy's: compare
 * before the first use, `homeport images mirror` refuses another content. Those of the nodes' software: decision 0079.
 */
const Versions = z.looseObject({
  images: z.looseObject({
    agent: PinnedImage,
    "envoy-gateway": PinnedImage,
    envoy: PinnedImage,
    prometheus: PinnedImage,
    alertmanager: PinnedImage,
    "kube-state-metrics": PinnedImage,
    "node-exporter": PinnedImage,
    "nvidia-device-plugin": PinnedImage,
    "dcgm-exporter": PinnedImage,
    "cluster-autoscaler-1.33": PinnedImage,
    "cluster-autoscaler-1.34": PinnedImage,
    "aws-load-balancer-controller": PinnedImage,
    karpenter: PinnedImage,
    "efa-device-plugin": PinnedImage.optional(),
  }),
  /** Images by tag whose digest nobody could read: resolved and moved to `images` before they are used. */
  unresolved: z.record(z.string(), z.string().regex(/:[\w.-]+$/)),
  charts: z.strictObject({
    "envoy-gateway": ChartOfModule,
    "aws-load-balancer-controller": PublishedChart,
    "karpenter-crd": PublishedChart,
    karpenter: PublishedChart,
  }),
});
export type Versions = z.output<typeof Versions>;
export type ChartPin = Versions["charts"][keyof Versions["charts"]];

export const readVersions = (): Versions =>
  Versions.parse(JSON.parse(readFileSync(join(CHARTS, "versions.json"), "utf8")));

/** Folder of a checkout, never committed, into which `homeport bundle import` puts the charts of an airgapped environment. */
export const CHART_ARCHIVES = ".homeport/charts";

/** Name of a chart's archive, as Helm's own `pull` gives it. */
export const chartArchive = ({ chart, version }: Pick<ChartPin, "chart" | "version">): string =>
  `${chart.split("/").at(-1)}-${version}.tgz`;

/** The archive as providers find it: Pulumi starts them in the folder of the program, `infra` (decision 0097). */
export const chartPath = (pin: ChartPin): string => `../${CHART_ARCHIVES}/${chartArchive(pin)}`;

/**
 * How a Helm release names a chart of somebody else's: in an airgapped environment by its archive. An OCI chart by its digest: helm 3.20.2, which Pulumi's provider
 * has inside, fetches that and refuses a version that is tagged otherwise (`ValidateReference`, read 2026-11-22). One of a
 * repository by its version alone: helm compares it with nothing (decision 0095).
 */
export function chartReference(name: keyof Versions["charts"], airgapped: boolean) {
  const pin = readVersions().charts[name];
  const { chart, version, digest, ...rest } = pin;
  if (airgapped) return { chart: chartPath(pin), version };
  if (chart.startsWith("oci://")) return { chart: `${chart}@${digest}`, version };
  const repository = "repository" in rest ? rest.repository : undefined;
  return { chart, version, ...(repository !== undefined && { repositoryOpts: { repo: repository } }) };
}

/** An image that something needs, of which only a tag is known. */
export function unresolvedImage(name: string): Problem {
  const image = readVersions().unresolved[name];
  const repository = image?.replace(/:[^:/]*$/, "") ?? "<repository>";
  return {
    path: `charts/versions.json#images.${name}`,
    given: image ?? "missing",
    allowed: "an image by its digest, because a tag can move",
    fix: `ask its registry for the digest of that tag (docker buildx imagetools inspect; in ECR after aws ecr get-login-password), and write there "${name}": "${repository}@sha256:<64 hex>"`,
  };
}
