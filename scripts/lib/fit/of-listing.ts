import { InputError, type Problem } from "../../../infra/core/errors";
import { loadedFiles } from "../../../infra/core/fit/weights";
import { textOf } from "../sources/hashing";
import type { Entry, Listing } from "../sources/listing";
import { wholeConfig } from "../sources/model-config";
import { isSafetensors, tensorBytes, vouchedFor } from "../sources/safetensors";
import { INDEX, missingShards, shardIndex } from "../sources/shards";
import type { AskedModel } from "./asked-model";
import { countedQuestion, type Read, readConfig } from "./config-question";
import { sizeText } from "./size-text";

/** A model by its files: what its config.json says, and what its weights weigh. */
export async function ofListing(name: string, listing: Listing): Promise<AskedModel> {
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
  // Other formats are quantised without a word in config.json.
  const comparable = files.length === 0 || files.some(isSafetensors);
  if (comparable && !Array.isArray(counted) && size.storedBytes < LEAST_SHARE * counted.storedBytes)
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
  if (files.some(isSafetensors) && (quantization !== null || !vouchedFor(files))) {
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
