import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperationError } from "../../../infra/core/errors";
import { attempt } from "../../local/command";
import { toolFolder } from "../../local/toolchain";

/** Custom kinds of a controller that runs on AWS only: its sources as a Go module, whose sum is locked here. */
interface KindSource {
  module: string;
  version: string;
  sum: string;
  /** Files and folders of YAML inside the module. */
  paths: readonly string[];
}

/** Newest that the module proxy has, 2026-11-22; the chart may be newer, the kinds are of the same API version. */
const SOURCES: readonly KindSource[] = [
  {
    // Its chart 3.2.2; releases since v2 have no module version of their own.
    module: "sigs.k8s.io/aws-load-balancer-controller",
    version: "v0.0.0-20260423195125-93ff3b5fdaad",
    sum: "h1:um5R2nbXcfFJoHX8WZJZU+1uwuofXwR0V9FCF4sdK7g=",
    paths: ["helm/aws-load-balancer-controller/crds/crds.yaml"],
  },
  {
    module: "github.com/aws/karpenter-provider-aws",
    version: "v1.14.1",
    sum: "h1:WGtIQTQcxpElYMdWfWuPwaF2+9muR+hYhPZsTtoY8Gs=",
    paths: ["pkg/apis/crds"],
  },
];

/** Files with every custom kind that our objects may be of. */
export async function customKindFiles(): Promise<string[]> {
  const ofAws = await Promise.all(SOURCES.map(filesOf));
  return [...gatewayKinds(), ...ofAws.flat()];
}

/** Gateway API's and Envoy Gateway's kinds, as the third-party chart installs them. */
const gatewayKinds = (): string[] => yamlBelow(join(toolFolder("envoy-gateway"), "gateway-helm/charts/crds/crds"));

const yamlBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .map((file) => join(folder, file));

async function filesOf({ module, version, sum, paths }: KindSource): Promise<string[]> {
  // Outside every module, so that Go looks at nothing but the one that is asked for; from its cache after the first time.
  const download = await attempt("go", ["mod", "download", "-json", `${module}@${version}`], { cwd: tmpdir() });
  const answer = JSON.parse(download.stdout || "{}") as { Dir?: string; Sum?: string; Error?: string };
  if (answer.Dir === undefined)
    throw new OperationError(
      `the kinds of ${module} could not be fetched: ${answer.Error ?? download.stderr}`,
      "connect to the module proxy once (go env GOPROXY), then run it again",
    );
  if (answer.Sum !== sum)
    throw new OperationError(`${module} ${version} is not what was locked: ${answer.Sum}`, "do not use it; tell us");
  const { Dir } = answer;
  return paths.flatMap((path) => (path.endsWith(".yaml") ? [join(Dir, path)] : yamlBelow(join(Dir, path))));
}
