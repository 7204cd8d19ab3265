import { readStack } from "../../../infra/config/read-stack";
import { configOf, OPEN_MODELS, openModel } from "../../../infra/core/catalogue/open-models";
import { nearest } from "../../../infra/core/did-you-mean";
import { InputError, type Problem } from "../../../infra/core/errors";
import { releaseQuestion } from "../../../infra/core/fit/fit";
import { own } from "../../../infra/core/own";
import { listingOf } from "../pin/read-source";
import { parseAddress } from "../sources/address";
import { stackPaths } from "../stack-paths";
import type { AskedModel } from "./asked-model";
import { countedQuestion, readConfig } from "./config-question";
import { ofListing } from "./of-listing";

/** A release of a stack (`chat/r42`), an open model of the catalogue, or what lies at an address. */
export async function askedModel(text: string, stack: string | undefined, root?: string): Promise<AskedModel> {
  const release = /^([a-z][a-z0-9-]*)\/([a-z0-9][a-z0-9-]*)$/.exec(text);
  if (stack !== undefined && release) return ofRelease(stack, release[1]!, release[2]!, root);
  const known = openModel(text);
  if (known && !text.startsWith("hf://")) return ofCatalogue(known.id);
  const address = parseAddress(text);
  const meant = meantModel(text);
  if ("fix" in address)
    throw new InputError([
      {
        ...address,
        ...(meant && { fix: `did you mean ${meant}?` }),
        path: "<model>",
        allowed: `${address.allowed}, a model of the catalogue (homeport catalogue show), or <model>/<release> with --stack`,
      },
    ]);
  return ofListing(text, await listingOf(address, {}));
}

/** The model of the catalogue that goes by this name without its owner, or nearly so. */
function meantModel(text: string): string | undefined {
  const ids = OPEN_MODELS.map(({ id }) => id);
  const end = text.toLowerCase();
  return ids.find((id) => id.toLowerCase().endsWith(`/${end}`)) ?? nearest(text, ids);
}

function ofRelease(environment: string, model: string, name: string, root?: string): AskedModel {
  const paths = stackPaths(environment, root);
  const stack = readStack(paths.root, environment);
  const found = own(own(stack.releases, model), name);
  if (found === undefined) {
    const names = Object.entries(stack.releases).flatMap(([m, all]) => Object.keys(all).map((r) => `${m}/${r}`));
    throw new InputError([
      {
        path: "<model>",
        given: `${model}/${name}`,
        allowed: `a release of ${paths.label}: ${names.join(", ") || "it has none"}`,
        fix: "correct the name, or pin the release first",
      },
    ]);
  }
  const question = releaseQuestion(found.content, { arguments: {} });
  const variants = Object.values(found.content.variants);
  return { name: `${model}/${name}`, question, sizeFrom: "the release's files", variants };
}

function ofCatalogue(id: string): AskedModel {
  const model = openModel(id)!;
  const config = configOf(model);
  if (config === undefined)
    throw new InputError([
      {
        path: "<model>",
        given: id,
        allowed: "a model whose config.json is in the catalogue",
        fix: `ask the hub: homeport fit hf://${id}`,
      },
    ]);
  const text = JSON.stringify(config);
  const counted = countedQuestion(text);
  if (!Array.isArray(counted))
    return { name: id, question: counted, sizeFrom: "its parameters, counted by config.json" };
  return cardSize(id, text, counted);
}

/** Where a family's parameters are not counted and nothing is quantised, the card's number is the size. */
function cardSize(id: string, text: string, problems: readonly Problem[]): AskedModel {
  const { parametersB } = openModel(id)!;
  const read = readConfig(text);
  if (Array.isArray(read) || read.quantization !== null) throw new InputError(problems);
  // Cards round: 27 may be 27.4.
  const rounding = 0.5 / 10 ** (String(parametersB).split(".")[1]?.length ?? 0);
  const storedBytes = Math.round((parametersB + rounding) * 2e9);
  return { name: id, question: { ...read, storedBytes }, sizeFrom: `its card's ${parametersB}B parameters in 16 bits` };
}
