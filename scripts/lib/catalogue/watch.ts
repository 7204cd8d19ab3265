import { readStack } from "../../../infra/config/read-stack";
import type { LoadedStack, PoolConfig } from "../../../infra/config/schema";
import type { LicenceClass } from "../../../infra/core/catalogue/licences";
import { copiedModel, OPEN_MODELS, type OpenModel, openModel } from "../../../infra/core/catalogue/open-models";
import type { Shape } from "../../../infra/core/catalogue/shapes";
import { InputError } from "../../../infra/core/errors";
import type { FitQuestion } from "../../../infra/core/fit/fit";
import { maxModelLen } from "../../../infra/core/fit/flags";
import { fitMatrix } from "../../../infra/core/fit/matrix";
import type { ReleaseFile } from "../../../infra/core/release";
import { askedModel } from "../fit/model-of";
import { wrapped } from "../report";
import { stackPaths } from "../stack-paths";

/** An open model on GPUs that the stack already pays. */
interface Candidate {
  id: string;
  released: string;
  licence: string;
  licenceClass: LicenceClass;
  gated: boolean;
  parametersB: number;
  pool: string;
  gpuClass: string;
  tensorParallel: number;
  /** Longest request that was asked for: the live release's, or its own where that is shorter. */
  tokens: number;
  gibLeft: number;
}

export interface WatchedModel {
  model: string;
  live: { release: string; source: string; released?: string; since: string };
  /** One, and never deployed: whether it answers better only an evaluation can tell. */
  proposal?: Candidate;
  alsoFits: Candidate[];
  notProposed: { id: string; why: string }[];
}

/** For every model of an environment the open models that came out since its live one. */
export async function watch(environment: string, root?: string): Promise<WatchedModel[]> {
  const paths = stackPaths(environment, root);
  const stack = readStack(paths.root, environment);
  const watched: WatchedModel[] = [];
  for (const [model, { live }] of Object.entries(stack.config.models)) {
    const file = stack.releases[model]?.[live];
    if (file) watched.push(await watchModel(stack, model, live, file));
  }
  return watched;
}

async function watchModel(stack: LoadedStack, model: string, live: string, file: ReleaseFile): Promise<WatchedModel> {
  const { source } = file.content.weights;
  const current = openModel(source) ?? copiedModel(source);
  // Of a model that the catalogue does not know: whatever came out after somebody chose it.
  const since = current?.released ?? file.pinned.at.slice(0, 10);
  const newer = OPEN_MODELS.filter(({ id, released }) => id !== current?.id && released > since).sort(byAge);
  const found: Candidate[] = [];
  const notProposed: WatchedModel["notProposed"] = [];
  for (const candidate of newer) {
    const looked = await candidateOf(stack, candidate, file);
    if (typeof looked === "string") notProposed.push({ id: candidate.id, why: looked });
    else found.push(looked);
  }
  const [proposal, ...alsoFits] = found;
  return {
    model,
    live: { release: live, source, ...(current && { released: current.released }), since },
    ...(proposal && { proposal }),
    alsoFits,
    notProposed,
  };
}

/** Newest first; of one month the largest. */
const byAge = (a: OpenModel, b: OpenModel): number =>
  b.released.localeCompare(a.released) || b.parametersB - a.parametersB;

/** A candidate that starts on a pool of the stack, or why it is none. */
async function candidateOf(stack: LoadedStack, model: OpenModel, live: ReleaseFile): Promise<Candidate | string> {
  const { pools, environment } = stack.config;
  if (model.licenceClass === "research-only" && environment.profile !== "development") return "for research only";
  const question = await questionOf(model, live);
  if (typeof question === "string") return question;
  const refusals: string[] = [];
  for (const [pool, config] of Object.entries(pools)) {
    if (config.gpuClass === "cpu") continue;
    const rows = fitMatrix(question, HERE, [shapeOf(pool, config)]);
    const starts = rows.find(({ refusal }) => refusal === undefined);
    const best = rows.at(-1);
    if (starts?.fit)
      return {
        id: model.id,
        released: model.released,
        licence: model.licence,
        licenceClass: model.licenceClass,
        gated: model.gated,
        parametersB: model.parametersB,
        pool,
        gpuClass: config.gpuClass,
        tensorParallel: starts.tensorParallel,
        tokens: starts.fit.tokens,
        gibLeft: starts.fit.leftGiB,
      };
    refusals.push(`${pool}: ${best?.refusal ?? "no way to share it"}`);
  }
  return refusals.join("; ") || "the stack has no pool with GPUs";
}

/** What fit is asked: the candidate with requests as long as the live release takes. */
async function questionOf({ id, config }: OpenModel, live: ReleaseFile): Promise<FitQuestion | string> {
  if (config === undefined) return `its config.json is not recorded; homeport fit hf://${id} asks the hub`;
  try {
    const { question } = await askedModel(id, undefined);
    const longest = maxModelLen(live.content.arguments, live.content.architecture);
    const tokens = Math.min(longest, question.architecture.maxPositions);
    return { ...question, flags: { ...question.flags, "max-model-len": tokens } };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const [problem] = error.problems;
    // Of quantised weights only the files tell how many bytes they are.
    return problem?.path === "weights"
      ? `its config.json does not tell its size; homeport fit hf://${id} asks the hub`
      : `fit does not know ${problem?.given ?? problem?.allowed}`;
  }
}

/** A pool's node is the only thing to be had, whatever regions it is in. */
const HERE = "here";

const shapeOf = (pool: string, { gpuClass, gpusPerNode, gpuMemoryGiB, instanceType }: PoolConfig): Shape => ({
  type: instanceType ?? pool,
  gpuClass,
  gpus: gpusPerNode,
  gpuMemoryGiB,
  vCpus: 0,
  memoryGiB: 0,
  instanceStoreGB: 0,
  network: "",
  efaInterfaces: 0,
  regions: [HERE],
  poolable: true,
});

/** What must happen before anybody serves it. */
const termsOf = ({ licence, licenceClass, gated }: Candidate): string =>
  `${licence}${licenceClass === "open" ? "" : ", terms of its own to read"}${gated ? ", the hub wants a token" : ""}`;

const candidateText = (candidate: Candidate) => {
  const { id, released, parametersB, pool, tensorParallel, tokens, gibLeft } = candidate;
  return `${id} (${released}, ${termsOf(candidate)}, ${parametersB}B): ${tensorParallel} GPU${tensorParallel === 1 ? "" : "s"} of pool ${pool}, ${gibLeft.toFixed(1)} GiB left at ${tokens} tokens`;
};

export const watchText = (models: readonly WatchedModel[], environment: string): string =>
  models.map((model) => modelText(model, environment)).join("\n\n") || "the stack has no model with a live release";

function modelText({ model, live, proposal, alsoFits, notProposed }: WatchedModel, environment: string): string {
  const lines = [wrapped(`${model}: live is ${live.release}, ${live.source}; newer means after ${live.since}`)];
  if (!proposal) lines.push("  nothing newer of the catalogue starts on the GPUs of this stack");
  else
    lines.push(
      wrapped(`  proposal: ${candidateText(proposal)}`, "    "),
      "  nothing is deployed; whether it answers better only your evaluation can tell:",
      `    homeport pin ${model} <name> hf://${proposal.id}@main --stack ${environment} \\`,
      `      --variant <name>=${proposal.gpuClass}:${proposal.tensorParallel}:<engine image@sha256>`,
      `    homeport promote ${model} <name> --stack ${environment}`,
    );
  lines.push(
    ...listed("also newer, and starts", alsoFits.map(candidateText)),
    ...listed(
      "newer, and not proposed",
      notProposed.map(({ id, why }) => `${id}: ${why}`),
    ),
  );
  return lines.join("\n");
}

const SHOWN = 5;

/** The first of a list, and how many more there are. */
function listed(title: string, sentences: readonly string[]): string[] {
  if (sentences.length === 0) return [];
  const more = sentences.length - SHOWN;
  return [
    `  ${title}:`,
    ...sentences.slice(0, SHOWN).map((sentence) => wrapped(`    ${sentence}`, "      ")),
    ...(more > 0 ? [`    and ${more} more (--json)`] : []),
  ];
}
