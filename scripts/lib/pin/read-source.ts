import { canonicalJson, sha256Hex } from "../../../infra/core/canonical-json";
import { InputError, type Problem } from "../../../infra/core/errors";
import { familyOf } from "../../../infra/core/fit/families";
import { loadedFiles } from "../../../infra/core/fit/weights";
import type { ReleaseContent } from "../../../infra/core/release";
import type { Address } from "../sources/address";
import { directoryListing } from "../sources/directory";
import { chosen, type FileRules, fileProblems } from "../sources/files";
import { hashed, type OnProgress, textOf } from "../sources/hashing";
import { hubListing } from "../sources/hub";
import { licenceOf, licenceOfCard } from "../sources/licence";
import type { Entry, Listing } from "../sources/listing";
import { chatTemplateDigest, modelFacts, wholeConfig } from "../sources/model-config";
import { ociListing } from "../sources/oci";
import { type S3Options, s3Listing } from "../sources/s3";
import { tensorBytes, vouchedFor } from "../sources/safetensors";
import { INDEX, missingShards, shardIndex } from "../sources/shards";

export interface SourceRules extends FileRules {
  acceptLicence?: string;
  s3: S3Options;
}

type FromSource = Pick<ReleaseContent, "weights" | "architecture" | "chatTemplate" | "quantization">;

/** What lies at an address. */
export async function listingOf(address: Address, s3: S3Options): Promise<Listing> {
  switch (address.kind) {
    case "directory":
      return directoryListing(address.path);
    case "s3":
      return s3Listing(address.bucket, address.prefix, s3);
    case "oci":
      return ociListing(address.registry, address.name, address.reference);
    case "hub":
      return hubListing(address.repository, address.revision);
  }
}

/**
 * The part of a release that comes from its source. Everything that a look at the names and the small files can refuse
 * is refused, all at once and together with `problems`, before gigabytes are read.
 */
export async function readSource(
  listing: Listing,
  rules: SourceRules,
  problems: readonly Problem[],
  onProgress: OnProgress,
): Promise<FromSource> {
  const entries = chosen(listing.entries, rules);
  const text = async (path: string): Promise<string | undefined> => {
    const entry: Entry | undefined = entries.find((e) => e.path === path);
    return entry && (await textOf(entry));
  };
  const config = await text("config.json");
  const quantizer = await text("hf_quant_config.json");
  const facts = config === undefined ? [] : modelFacts(wholeConfig(config, quantizer), rules.allowRemoteCode);
  const licence = licenceOf(listing.licence ?? licenceOfCard(await text("README.md")), rules.acceptLicence);
  const index = shardIndex(await text(INDEX));
  const all = [
    ...problems,
    ...fileProblems(entries, rules),
    ...(index && "fix" in index ? [index] : index ? missingShards(index, entries) : []),
    ...(Array.isArray(facts) ? facts : []),
    ...(typeof licence === "string" ? [] : [licence]),
  ];
  if (all.length > 0 || Array.isArray(facts) || typeof licence !== "string") throw new InputError(all);
  const counted = facts.quantization !== null && familyOf(facts.architecture) !== undefined;
  // What the source does not vouch for may be cut short.
  const headers =
    counted || !vouchedFor(loadedFiles(entries)) ? await tensorBytes(entries, facts.architecture.layers) : {};
  if (Array.isArray(headers)) throw new InputError(headers);
  const weightBytes = counted ? headers : {};
  // One dtype says no more than the sizes of the files.
  const mixed = Object.keys(weightBytes).length > 1;
  const template = chatTemplateDigest(await text("chat_template.jinja"), await text("tokenizer_config.json"));
  const files = await hashed(entries, onProgress);
  await listing.recheck?.();
  return {
    weights: { source: listing.address(sha256Hex(canonicalJson(files))), licence, files },
    ...facts,
    architecture: { ...facts.architecture, ...(mixed && { weightBytes }) },
    ...(template !== undefined && { chatTemplate: template }),
  };
}
