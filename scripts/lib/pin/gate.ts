import { openModel } from "../../../infra/core/catalogue/open-models";
import type { Problem } from "../../../infra/core/errors";
import type { Address } from "../sources/address";

/** A model that the hub gives only to a token, without one: said before the hub refuses it. A mirror has its own rules. */
export function gateProblems(address: Address, env: NodeJS.ProcessEnv = process.env): Problem[] {
  const model = address.kind === "hub" ? openModel(address.repository) : undefined;
  if (!model?.gated || env.HF_TOKEN || env.HF_ENDPOINT) return [];
  return [
    {
      path: "HF_TOKEN",
      allowed: `a token of the hub: ${model.id} is gated (licence ${model.licence})`,
      fix: `accept its terms on https://huggingface.co/${model.id}, then export HF_TOKEN=<a read token>`,
    },
  ];
}
