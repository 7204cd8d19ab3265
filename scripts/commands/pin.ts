import type { Command } from "commander";
import { parse } from "yaml";
import { z } from "zod";
import { ExitCode, InputError, type Problem } from "../../infra/core/errors";
import { type EngineArguments, ReleaseContent, ReleaseFile, shortId, type Variant } from "../../infra/core/release";
import { action } from "../lib/action";
import { parseArguments, parseVariants } from "../lib/pin/flags";
import { gateProblems } from "../lib/pin/gate";
import { progressNotes } from "../lib/pin/progress";
import { listingOf, readSource } from "../lib/pin/read-source";
import { preparePin } from "../lib/pin/write-pin";
import { terminal } from "../lib/report";
import { parseAddress } from "../lib/sources/address";
import { readText, type StackPaths, stackPaths } from "../lib/stack-paths";

export interface PinOptions {
  stack: string;
  engineVersion?: string;
  variant: string[];
  arg: string[];
  runtimeClaim?: string;
  exclude: string[];
  allowRemoteCode?: boolean;
  acceptLicence?: string;
  s3Endpoint?: string;
  s3Region?: string;
  s3PathStyle?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

const each = (value: string, all: string[]): string[] => [...all, value];

export function register(program: Command): void {
  program
    .command("pin")
    .description("make a release: weights at one commit, engine and arguments, by content; pointers stay as they are")
    .argument("<model>", "name that clients call")
    .argument("<name>", "name of the new release, e.g. r42")
    .argument("<source>", "hf://org/model@revision, s3://bucket/prefix, oci://registry/name@sha256:... or a directory")
    .requiredOption("--stack <env>", "environment whose stack file gets the pin")
    .option("--engine-version <version>", "vLLM version, e.g. 0.32.0 (default: as the live release)")
    .option(
      "--variant <name=gpuClass:gpus:image@sha256>",
      "how it is run; repeatable (default: as the live release)",
      each,
      [],
    )
    .option("--arg <flag=value>", "engine argument; repeatable (default: as the live release)", each, [])
    .option("--runtime-claim <claim>", "claim that holds the engine's runtime (local platform only)")
    .option("--exclude <glob>", "leave files out, e.g. '*.bin'; repeatable", each, [])
    .option("--allow-remote-code", "accept code and pickle files (never in a regulated environment)")
    .option("--accept-licence <name>", "a licence that somebody has read")
    .option("--s3-endpoint <url>", "S3 server that is not AWS")
    .option("--s3-region <region>", "region of the bucket")
    .option("--s3-path-style", "bucket in the path instead of the host name")
    .option("--dry-run", "show what would be written")
    .option("--json", "print the result as JSON")
    .action(
      action(async (model: string, name: string, source: string, options: PinOptions) =>
        pin(model, name, source, options),
      ),
    );
}

/** What a pin needs of the stack file; it may not be complete yet, so the strict loader comes later. */
const StackFacts = z.object({
  "homeport:environment": z.object({ profile: z.string().optional() }).optional(),
  "homeport:weights": z
    .object({ bucket: z.string(), region: z.string(), endpoint: z.string(), pathStyle: z.boolean() })
    .partial()
    .optional(),
  "homeport:models": z.record(z.string(), z.object({ live: z.string().optional() }).nullable()).optional(),
});

export async function pin(
  model: string,
  name: string,
  source: string,
  options: PinOptions,
  root?: string,
): Promise<ExitCode> {
  const paths = stackPaths(options.stack, root);
  const facts = StackFacts.catch({}).parse(
    (parse(readText(paths.stack) ?? "") as { config?: unknown } | null)?.config ?? {},
  );
  const live = liveRelease(paths, model, facts["homeport:models"]?.[model]?.live);
  const { settings, problems } = engineSettings(options, live);
  problems.push(...nameProblems(model, name));
  const address = parseAddress(source);
  if ("fix" in address) problems.push(address);
  else problems.push(...gateProblems(address));
  const allowRemoteCode = options.allowRemoteCode === true;
  if (allowRemoteCode && facts["homeport:environment"]?.profile === "regulated")
    problems.push({
      path: "--allow-remote-code",
      allowed: "never in a regulated environment",
      fix: "pin a conversion to safetensors without code",
    });
  if ("fix" in address || gateProblems(address).length > 0) throw new InputError(problems);

  const weights = facts["homeport:weights"];
  const own = address.kind === "s3" && weights?.bucket === address.bucket ? weights : undefined;
  const s3 = {
    endpoint: options.s3Endpoint ?? own?.endpoint,
    region: options.s3Region ?? own?.region,
    pathStyle: options.s3PathStyle ?? own?.pathStyle,
  };
  const listing = await listingOf(address, s3);
  const rules = { exclude: options.exclude, allowRemoteCode, acceptLicence: options.acceptLicence, s3 };
  const fromSource = await readSource(listing, rules, problems, progressNotes("read"));
  const result = preparePin(paths, model, name, ReleaseContent.parse({ ...fromSource, ...settings }), new Date());
  if (!options.dryRun) result.write();
  report(result, fromSource.weights, options, `stacks/releases/${model}/${name}.json`, paths.label);
  return ExitCode.ok;
}

function report(
  { id }: { id: string },
  weights: ReleaseContent["weights"],
  options: PinOptions,
  file: string,
  stack: string,
): void {
  const bytes = weights.files.reduce((sum, f) => sum + f.bytes, 0);
  const written = options.dryRun ? [] : [file, stack];
  if (options.json) {
    terminal.json({
      id,
      short: shortId(id),
      source: weights.source,
      licence: weights.licence,
      files: weights.files.length,
      bytes,
      written,
    });
    return;
  }
  terminal.out(`${shortId(id)}  ${weights.source}  ${weights.licence}`);
  terminal.out(`${weights.files.length} files, ${(bytes / 1e9).toFixed(3)} GB`);
  terminal.out(options.dryRun ? "dry run: nothing was written" : `wrote ${written.join(" and ")}`);
}

function nameProblems(model: string, name: string): Problem[] {
  const bad = ([what, value]: readonly [string, string]) => !/^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/.test(value) && what;
  return (
    [
      ["<model>", model],
      ["<name>", name],
    ] as const
  )
    .filter(bad)
    .map(([path, given]) => ({
      path,
      given: JSON.stringify(given.slice(0, 60)),
      allowed: "1 to 20 lower-case letters, digits and hyphens, starting with a letter",
      fix: "choose such a name, e.g. chat or r42",
    }));
}

function liveRelease(paths: StackPaths, model: string, live: string | undefined): ReleaseContent | undefined {
  const text = live === undefined ? undefined : readText(paths.release(model, live));
  return text === undefined ? undefined : ReleaseFile.parse(JSON.parse(text)).content;
}

interface EngineSettings {
  engine: { name: "vllm"; version: string };
  variants: Record<string, Variant>;
  arguments: EngineArguments;
}

/** Engine, variants and arguments: as given, else as the live release has them. */
function engineSettings(
  options: PinOptions,
  live: ReleaseContent | undefined,
): { settings: EngineSettings; problems: Problem[] } {
  const problems: Problem[] = [];
  const given = <T extends object>(parsed: T | Problem[]): T | undefined => {
    if (!Array.isArray(parsed)) return parsed;
    problems.push(...parsed);
    return undefined;
  };
  const variants =
    options.variant.length > 0 ? given(parseVariants(options.variant, options.runtimeClaim)) : live?.variants;
  const args = options.arg.length > 0 ? given(parseArguments(options.arg)) : live?.arguments;
  const version = options.engineVersion ?? live?.engine.version;
  if (version === undefined || !/^\d+\.\d+\.\d+$/.test(version))
    problems.push({
      path: "--engine-version",
      given: version,
      allowed: "a vLLM version like 0.32.0",
      fix: "give the version that the variants' images hold",
    });
  if (variants === undefined && options.variant.length === 0)
    problems.push({
      path: "--variant",
      allowed: "at least one for a model's first release, name=gpuClass:gpus:image@sha256:<64 hex>",
      fix: "e.g. a100x4=a100-80gb:4:<registry>/vllm-openai@sha256:...",
    });
  return {
    settings: { engine: { name: "vllm", version: version ?? "" }, variants: variants ?? {}, arguments: args ?? {} },
    problems,
  };
}
