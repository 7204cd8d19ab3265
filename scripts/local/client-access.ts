import { readStack } from "../../infra/config/read-stack";
import { InputError, OperationError } from "../../infra/core/errors";
import { keysSecretName, NAMESPACES } from "../../infra/core/names";
import { kubectl } from "./kubectl-run";
import { LOCAL_STACK } from "./layout";
import { localStatus } from "./status";

/** Base URL of a policy's only or default model, as an OpenAI client wants it. */
export async function policyUrl(checkout: string, policy: string | undefined): Promise<string> {
  const { baseUrl } = await runningPlatform(checkout);
  return `${baseUrl}/p/${knownPolicy(checkout, policy)}/v1`;
}

/** The key of a policy's first client. It is the one secret that a command prints, because it was asked for. */
export async function policyKey(checkout: string, policy: string | undefined): Promise<string> {
  const { kubeconfig } = await runningPlatform(checkout);
  return clientKey(kubeconfig, knownPolicy(checkout, policy));
}

/** One client's key of a policy, as the cluster has it. */
export async function clientKey(kubeconfig: string, policy: string): Promise<string> {
  const secret = keysSecretName(policy);
  const text = await kubectl(kubeconfig, ["get", "secret", secret, "-n", NAMESPACES.models, "--output=json"]);
  const [key] = Object.values((JSON.parse(text) as { data: Record<string, string> }).data);
  if (key === undefined) throw new OperationError(`${secret} holds no key`, "run homeport local up");
  return Buffer.from(key, "base64").toString();
}

/** Where the checkout's own platform answers; it must be up with a stack on it. */
export async function runningPlatform(checkout: string): Promise<{ baseUrl: string; kubeconfig: string }> {
  const { state, baseUrl, kubeconfig } = await localStatus(checkout);
  if (state === "up" && baseUrl !== undefined && kubeconfig !== undefined) return { baseUrl, kubeconfig };
  throw new OperationError(`the local platform is ${state}`, "run homeport local up first");
}

function knownPolicy(checkout: string, policy: string | undefined): string {
  const known = Object.keys(readStack(checkout, LOCAL_STACK).config.policies);
  if (policy !== undefined ? known.includes(policy) : known.length === 1) return policy ?? known[0]!;
  throw new InputError([
    { path: "<policy>", given: policy, allowed: `one of ${known.join(", ")}`, fix: "name one of them" },
  ]);
}
