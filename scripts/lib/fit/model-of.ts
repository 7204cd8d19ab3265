import { readStack } from "../../../infra/config/read-stack";
import { configOf, openModel } from "../../../infra/core/catalogue/open-models";
import { recordedMinors } from "../../../infra/core/engine/flags";
import { InputError, type Problem } from "../../../infra/core/errors";
import { familyProblem } from "../../../infra/core/fit/architecture";
import type { Config } from "../../../infra/core/fit/config-json";
import { familyOf } from "../../../infra/core/fit/families";
import { type FitQuestion, releaseQuestion } from "../../../infra/core/fit/fit";
import { countedBytes } from "../../../infra/core/fit/parameters";
import { loadedFiles } from "../../../infra/core/fit/weights";
import { own } from "../../../infra/core/own";
import type { Variant } from "../../../infra/core/release";
import { listingOf } from "../pin/read-source";
import { parseAddress } from "../sources/address";
import { textOf } from "../sources/hashing";
import type { Entry, Listing } from "../sources/listing";
import { jsonOf, modelFacts, wholeConfig } from "../sources/model-config";
import { tensorBytes, vouchedFor } from "../sources/safetensors";
import { INDEX, missingShards, shardIndex } from "../sources/shards";
import { stackPaths } from "../stack-paths";
import { sizeText } from "./size-text";

/** A model that was asked for, and where its weights' size is from. */
export interface AskedModel {
  name: string;
  question: FitQuestion;
  sizeFrom: string;
  /** Of a release. */
  variants?: readonly Variant[];
}

/** The engine that is assumed where nothing names one: the newest whose flags are recorded. */
const newestEngine = (): string => `${recordedMinors().at(-1)}.0`;

/** A release of a stack (`chat/r42`), an open model of the catalogue, or what lies at an address. */
export async function askedModel(text: string, stack: string | undefined, root?: string): Promise<AskedModel> {
  const release = /^([a-z][a-z0-9-]*)\/([a-z0-9][a-z0-9-]*)$/.exec(text);
  if (stack !== undefined && release) return ofRelease(stack, release[1]!, release[2]!, root);
  const known = openModel(text);
  if (known && !text.startsWith("hf://")) return ofCatalogue(known.id);
  const address = parseAddress(text);
  if ("fix" in address)
    throw new InputError([
      {
        ...address,
        path: "<model>",
        allowed: `${address.allowed}, a model of the catalogue (homeport catalogue show), or <model>/<release> with --stack`,
      },
    ]);
  return ofListing(text, await listingOf(address, {}));
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

async function ofListing(name: string, listing: Listing): Promise<AskedModel> {
  const text = async (path: string) => {
    const entry = listing.entries.find((e) => e.path === path);
    return entry && (await textOf(entry));
  };
  const found = await text("config.json");
  const config = found && wholeConfig(found, await text("hf_quant_config.json"));
  const read = config === undefined ? [missingConfig(name)] : readConfig(config);
  const index = shardIndex(await text(INDEX));
  const problems = [
    ...(Array.isArray(read) ? read : []),
    ...(index && "fix" in index ? [index] : index ? missingShards(index, listing.entries) : []),
  ];
  if (Array.isArray(read) || problems.length > 0) throw new InputError(problems);
  const files = loadedFiles(listing.entries);
  const listed = index && "files" in index ? index.totalBytes : undefined;
  const size =
    files.length > 0
      ? await sizeOfFiles(files, read)
      : listed === undefined
        ? undefined
        : { storedBytes: listed, from: "the index of its files" };
  const counted = countedQuestion(config!);
  if (size === undefined) {
    if (Array.isArray(counted)) throw new InputError(counted);
    return { name, question: counted, sizeFrom: "its parameters, counted by config.json: no weights lie there" };
  }
  if (!Array.isArray(counted) && size.storedBytes < LEAST_SHARE * counted.storedBytes)
    throw new InputError([halfAModel(name, size.storedBytes, counted.storedBytes)]);
  return { name, question: { ...read, storedBytes: size.storedBytes }, sizeFrom: size.from };
}

/** Weights with less than this share of what config.json describes are not the whole model. */
const LEAST_SHARE = 0.5;

const halfAModel = (name: string, bytes: number, countedBytes: number): Problem => ({
  path: "<model>",
  given: `${name}: ${sizeText(bytes)} of weights`,
  allowed: `about ${sizeText(countedBytes)}, as config.json describes it`,
  fix: "fetch the missing files; half a model would seem to fit anywhere",
});

/** Where files are quantised or may be cut short, their headers say what they hold. */
async function sizeOfFiles(
  files: readonly Entry[],
  { quantization, architecture }: Read,
): Promise<{ storedBytes: number; from: string }> {
  const safe = files.some(({ path }) => path.endsWith(".safetensors"));
  if (safe && (quantization !== null || !vouchedFor(files))) {
    const bytes = await tensorBytes(files, architecture.layers);
    if (Array.isArray(bytes)) throw new InputError(bytes);
    const parts = Object.entries(bytes).map(([dtype, b]) => `${dtype} ${sizeText(b)}`);
    return {
      storedBytes: Object.values(bytes).reduce((sum, b) => sum + b, 0),
      from: `safetensors headers: ${parts.join(", ")}`,
    };
  }
  return {
    storedBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    from: files.length === 1 ? "1 file" : `${files.length} files`,
  };
}

const missingConfig = (name: string): Problem => ({
  path: "<model>",
  given: name,
  allowed: "a folder or repository with config.json at its top",
  fix: "name the one that holds config.json",
});

type Read = Omit<FitQuestion, "storedBytes">;

/** Architecture and quantisation of a known family, or why there are none. */
function readConfig(text: string): Read | Problem[] {
  // Whether it may run is pin's question; here nothing is run.
  const facts = modelFacts(text, true);
  if (Array.isArray(facts)) return facts;
  if (familyOf(facts.architecture) === undefined) return [familyProblem(facts.architecture.name)];
  return { ...facts, engineVersion: newestEngine(), flags: {} };
}

export function countedQuestion(text: string): FitQuestion | Problem[] {
  const read = readConfig(text);
  if (Array.isArray(read)) return read;
  const storedBytes = countedBytes(jsonOf(text) as Config, read.architecture);
  return typeof storedBytes === "number" ? { ...read, storedBytes } : [storedBytes];
}
