import type { Command } from "commander";
import { todayUtc } from "../../infra/config/checked-stack";
import { readStack } from "../../infra/config/read-stack";
import { SHAPES, type Shape } from "../../infra/core/catalogue/shapes";
import { nearest } from "../../infra/core/did-you-mean";
import { ExitCode, InputError, type Problem } from "../../infra/core/errors";
import { cheapestOfEach, fitMatrix, type OwnFlags } from "../../infra/core/fit/matrix";
import type { EngineArguments } from "../../infra/core/release";
import { action } from "../lib/action";
import { askedModel } from "../lib/fit/model-of";
import { matrixJson, matrixText } from "../lib/fit/report";
import { terminal } from "../lib/report";
import { stackPaths } from "../lib/stack-paths";

export interface FitOptions {
  stack?: string;
  on?: string;
  region?: string;
  maxModelLen?: string;
  kvCacheDtype?: string;
  gpuMemoryUtilization?: string;
  maxNumSeqs?: string;
  maxNumBatchedTokens?: string;
  engineVersion?: string;
  json?: boolean;
}

const DEFAULT_REGION = "us-east-1";

export function register(program: Command): void {
  program
    .command("fit")
    .description("where a model starts: shapes that can be bought, GPUs per copy, room left, and why the others do not")
    .argument("<model>", "directory, hf://org/model, name in the catalogue, or chat/r42 with --stack")
    .option("--on <shapes>", "only these families, types or GPU classes, e.g. p4de,g6e.12xlarge,h100")
    .option("--stack <env>", "environment whose releases and region are meant")
    .option("--region <region>", `region of shapes and prices (default: the stack's first, or ${DEFAULT_REGION})`)
    .option(
      "--max-model-len <tokens>",
      "longest request, e.g. 8192 or 16k; auto: the longest that there is room for (default: the model's own)",
    )
    .option("--kv-cache-dtype <dtype>", "keys and values in 8 bits: fp8")
    .option("--gpu-memory-utilization <share>", "share of each GPU that vLLM takes, above 0, at most 1")
    .option("--max-num-seqs <requests>", "requests that one step may hold")
    .option("--max-num-batched-tokens <tokens>", "tokens that one step may compute")
    .option("--engine-version <version>", "vLLM version (default: the release's, or the newest that is known)")
    .option("--json", "print the matrix as JSON")
    .action(action(async (model: string, options: FitOptions) => showFit(model, options)));
}

export async function showFit(model: string, options: FitOptions, root?: string): Promise<ExitCode> {
  const { flags, problems } = flagsOf(options);
  const region = options.region ?? (options.stack ? firstRegion(options.stack, root) : DEFAULT_REGION);
  const shapes = shapesOf(options.on, region, problems);
  if (problems.length > 0) throw new InputError(problems);
  const asked = await askedModel(model, options.stack, root);
  const question = {
    ...asked.question,
    ...(options.engineVersion && { engineVersion: options.engineVersion }),
    flags: { ...asked.question.flags, ...flags },
  };
  const variantOf = (gpuClass: string, gpus: number) =>
    asked.variants?.find((v) => v.gpuClass === gpuClass && v.tensorParallel === gpus);
  // What is given on the command line stands over the release, and over its variants.
  const ownFlags: OwnFlags = (gpuClass, gpus) => ({ ...variantOf(gpuClass, gpus)?.arguments, ...flags });
  const all = fitMatrix(question, region, shapes, ownFlags);
  const rows = options.on === undefined ? cheapestOfEach(all) : all;
  if (options.json) terminal.json(matrixJson({ ...asked, question }, region, rows));
  else terminal.out(matrixText({ ...asked, question }, region, rows, todayUtc()));
  return ExitCode.ok;
}

/** A stack on other people's clusters has no AWS region: prices are then of the default one. */
function firstRegion(environment: string, root?: string): string {
  const { config } = readStack(stackPaths(environment, root).root, environment);
  return (config.environment.platform === "aws" ? config.regions[0] : undefined) ?? DEFAULT_REGION;
}

/** As vLLM reads them: `16k` is 16,000, `16K` is 16,384. */
const TOKENS = /^[1-9]\d{0,11}(\.\d{1,6})?[kKmM]?$/;
const OR_AUTO = new RegExp(`${TOKENS.source}|^auto$`);

function flagsOf(options: FitOptions): { flags: EngineArguments; problems: Problem[] } {
  const problems: Problem[] = [];
  const flags: EngineArguments = {};
  const take = (flag: string, given: string | undefined, form: RegExp, allowed: string, fix: string) => {
    if (given === undefined) return;
    if (form.test(given)) flags[flag] = given;
    else problems.push({ path: `--${flag}`, given, allowed, fix });
  };
  const { maxModelLen, kvCacheDtype, gpuMemoryUtilization, maxNumSeqs, maxNumBatchedTokens, engineVersion } = options;
  take("max-model-len", maxModelLen, OR_AUTO, "tokens as vLLM reads them, or auto", "e.g. 8192, 16k or 1M");
  take(
    "kv-cache-dtype",
    kvCacheDtype,
    /^(auto|bfloat16|float16|fp8(_e4m3|_e5m2)?)$/,
    "auto, bfloat16, float16, fp8, fp8_e4m3 or fp8_e5m2",
    "e.g. fp8",
  );
  take(
    "gpu-memory-utilization",
    gpuMemoryUtilization,
    /^(0?\.\d*[1-9]\d*|1(\.0+)?)$/,
    "a share above 0, at most 1",
    "e.g. 0.92",
  );
  take("max-num-seqs", maxNumSeqs, /^[1-9]\d{0,5}$/, "a whole number of requests", "e.g. 256");
  take("max-num-batched-tokens", maxNumBatchedTokens, TOKENS, "tokens, as vLLM reads them", "e.g. 2048");
  if (engineVersion !== undefined && !/^\d+\.\d+\.\d+$/.test(engineVersion))
    problems.push({ path: "--engine-version", given: engineVersion, allowed: "a vLLM version", fix: "e.g. 0.32.0" });
  return { flags, problems };
}

/** Shapes of a region, or those that `--on` names. */
function shapesOf(on: string | undefined, region: string, problems: Problem[]): Shape[] {
  const here = SHAPES.filter(({ regions }) => regions.includes(region));
  if (here.length === 0)
    problems.push({
      path: "--region",
      given: region,
      allowed: "an AWS region in which shapes with GPUs are sold",
      fix: `e.g. ${DEFAULT_REGION}`,
    });
  if (on === undefined) return here;
  const wanted = on
    .split(",")
    .map((word) => word.trim().toLowerCase())
    .filter(Boolean);
  const matches = ({ type, gpuClass }: Shape, word: string) =>
    type === word || type.startsWith(`${word}.`) || gpuClass === word || gpuClass.startsWith(`${word}-`);
  const names = [...new Set(here.flatMap(({ type, gpuClass }) => [type.split(".")[0]!, gpuClass]))];
  const missed = wanted.filter((word) => !here.some((shape) => matches(shape, word)));
  if (here.length > 0)
    for (const word of wanted.length === 0 ? [on] : missed)
      problems.push({
        path: "--on",
        given: word,
        allowed: `a type, or a family or GPU class that ${region} has: ${names.join(", ")}`,
        fix: nearMiss(word, names) ?? "correct the name, or ask for another --region",
      });
  return here.filter((shape) => wanted.some((word) => matches(shape, word)));
}

/** What a word was probably meant to be: the start of a name (`p4`), or one mistyped. */
function nearMiss(word: string, names: readonly string[]): string | undefined {
  const begun = word.length < 2 ? [] : names.filter((name) => name.startsWith(word));
  const meant = begun.length > 0 ? begun.join(" or ") : nearest(word, names);
  return meant && `did you mean ${meant}?`;
}
