import { chartPath, readVersions } from "../../../infra/values/versions";
import type { PlannedResource } from "./recorder";

/** A chart that Helm installs with its hooks; its objects exist only in the cluster. */
export interface ThirdPartyRelease {
  region: string;
  name: string;
  namespace: string;
  /** Its address, or in an airgapped environment the path of its archive. */
  chart: string;
  version: string;
  /** What says that it is the same bytes on every machine: the Go module that holds its source, or its own digest. */
  source: { module: string; version: string; sum: string } | { digest: string };
  values: unknown;
  note: string;
}

const NOTE = "installed by helm with its hooks; its pods were not rendered and not checked";

export function thirdPartyReleases(plan: readonly PlannedResource[]): ThirdPartyRelease[] {
  return plan.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release").map(release);
}

function release({ inputs, provider }: PlannedResource): ThirdPartyRelease {
  const {
    name,
    namespace,
    chart: reference,
    version,
    values,
  } = inputs as Record<"name" | "namespace" | "chart" | "version", string> & {
    values: unknown;
  };
  const [chart = ""] = reference.split("@"); // an OCI chart is named by its digest too
  const pin = Object.values(readVersions().charts).find((known) => [known.chart, chartPath(known)].includes(chart));
  if (pin === undefined) throw new Error(`${chart} is not in charts/versions.json`);
  return {
    region: provider.split("::").at(-1) ?? "",
    name,
    namespace,
    chart,
    version,
    source: "module" in pin ? { module: pin.module, version: pin.version, sum: pin.moduleSum } : { digest: pin.digest },
    values,
    note: NOTE,
  };
}
