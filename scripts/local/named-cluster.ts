import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readStack } from "../../infra/config/read-stack";
import { nearest } from "../../infra/core/did-you-mean";
import { InputError, OperationError } from "../../infra/core/errors";
import { renderStack } from "../lib/render/render";
import { step } from "../lib/report";
import { attempt } from "./command";
import { kubectlBinary, kubectlCode } from "./kubectl-run";
import { placesOf } from "./layout";
import { applyStages } from "./stages";
import { stackSecrets } from "./stored-secrets";

/**
 * Applies an environment to a cluster that somebody else runs, named by its kubeconfig context: the same stages, with
 * nothing replaced. Images and the weights' bucket are the environment's own business there. Returns the kubeconfig,
 * which holds that one context.
 */
export async function applyToContext(checkout: string, context: string, environment: string): Promise<string> {
  const places = placesOf(checkout);
  const kubeconfig = await step(`find the cluster ${context}`, 2, () => kubeconfigOf(places.config, context));
  const secrets = join(places.config, `${fileName(context)}-secrets.json`);
  const secret = stackSecrets(readStack(checkout, environment).config, secrets);
  const rendered = await step("render the stack", 5, () => renderStack(environment, { root: checkout }));
  const objects = rendered.objects.map(({ object }) => object);
  await applyStages({ objects, charts: rendered.charts }, { kubeconfig, workFolder: places.config, secret });
  return kubeconfig;
}

const fileName = (context: string): string => context.replace(/[^\w.-]/g, "-");

async function unknownContext(context: string, said: string): Promise<InputError> {
  const { stdout } = await attempt(kubectlBinary(), ["config", "get-contexts", "--output=name"]);
  const known = stdout.split("\n").filter((name) => name !== "");
  const meant = nearest(context, known);
  return new InputError([
    {
      path: "--context",
      given: `'${context}' (${said.trim().split("\n").at(-1)})`,
      allowed: known.length === 0 ? "the kubeconfig names no context" : `one of ${known.join(", ")}`,
      fix: meant ? `did you mean \`${meant}\`?` : "see 'kubectl config get-contexts'; KUBECONFIG names another file",
    },
  ]);
}

/** A file with that context only, so that switching the current one elsewhere changes nothing here. */
export async function kubeconfigOf(folder: string, context: string): Promise<string> {
  const view = ["config", "view", "--minify", "--flatten", "--raw", `--context=${context}`, "--output=json"];
  const { code, stdout, stderr } = await attempt(kubectlBinary(), view);
  if (code !== 0) throw await unknownContext(context, stderr);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${fileName(context)}.kubeconfig`);
  writeFileSync(file, stdout, { mode: 0o600 });
  if ((await kubectlCode(file, ["get", "--raw=/readyz"])) === 0) return file;
  throw new OperationError(`the cluster of context ${context} does not answer`, "check that it runs and is reachable");
}
