import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import { OperationError } from "./errors";
import type { KubernetesObject } from "./kubernetes-object";
import { toolBinary } from "./tool-binaries";

/** What the charts are rendered for, whatever cluster they go to, so that a render has the same bytes everywhere. */
const KUBERNETES_VERSION = "1.34.0";

export const CHARTS = resolve(__dirname, "../../charts");

/** Objects of one of our charts (a folder of `charts/`), in the order of its templates. Needs helm, nothing else. */
export function helmTemplate(chart: string, values: unknown): KubernetesObject[] {
  return parseAllDocuments(rendered(chart, JSON.stringify(values)))
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object): object is KubernetesObject => object !== null);
}

/** Regions mostly get the same values, and starting helm costs more than all of its work. */
const texts = new Map<string, string>();

function rendered(chart: string, values: string): string {
  const key = `${chart}\n${values}`;
  const known = texts.get(key);
  if (known !== undefined) return known;
  const arguments_ = ["template", chart, join(CHARTS, chart), "--no-hooks", "--kube-version", KUBERNETES_VERSION];
  const text = run(toolBinary("helm"), [...arguments_, "--values", "-"], values, chart);
  texts.set(key, text);
  return text;
}

function run(helm: string, arguments_: readonly string[], input: string, chart: string): string {
  try {
    const options = { input, encoding: "utf8", maxBuffer: 64 * 2 ** 20, stdio: "pipe" } as const;
    return execFileSync(helm, arguments_, options);
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() ?? String(error);
    throw new OperationError(
      `helm could not render charts/${chart}: ${said}`,
      "this is a bug of ours, please report it",
    );
  }
}
