import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { objectTitle } from "../../../infra/core/kubernetes-object";
import type { RenderedObject } from "../render/rendered-objects";
import { toYaml } from "../render/write";
import { step } from "../report";
import type { AcceptedRow } from "./accepted";
import { checkov } from "./checkov";
import { kubeScore } from "./kube-score";
import type { Checker, CheckerName, Manifests, Outcome } from "./outcome";
import { podSecurity } from "./pod-security";
import { hasPodSpec } from "./pod-spec";
import { type Finding, type Settled, settle } from "./settle";

/** In the order in which they answer: the quickest first. */
const CHECKERS: readonly Checker[] = [podSecurity, kubeScore, checkov];

/** What one checker looked at. */
interface Tally {
  checker: CheckerName;
  /** Objects of which it had anything to say. */
  objects: number;
  podSpecs: number;
  /** Rules it applied, summed over the objects. */
  checks: number;
}

export interface CheckResult extends Settled {
  /** Objects that were given to each checker, and pod specs among them. */
  expected: { objects: number; podSpecs: number };
  tallies: Tally[];
}

/** Holds rendered objects, each region by itself, against every checker. Installs what is missing. */
export async function checkObjects(
  objects: readonly RenderedObject[],
  rows: readonly AcceptedRow[],
): Promise<CheckResult> {
  for (const checker of CHECKERS) await step(`${checker.name} program`, checker.installSeconds, checker.install);
  const tallies: Tally[] = [];
  const findings: Finding[] = [];
  for (const checker of CHECKERS) {
    const outcomes = await step(checker.name, 5, () => judgeRegions(checker, objects));
    tallies.push(tallyOf(checker.name, outcomes));
    findings.push(...findingsOf(checker.name, outcomes, objects));
  }
  const podSpecs = objects.filter(({ object }) => hasPodSpec(object)).length;
  return { ...settle(findings, rows, objects), expected: { objects: objects.length, podSpecs }, tallies };
}

/** One outcome and the object that it is about. */
interface Judged extends Omit<Outcome, "file"> {
  rendered: RenderedObject;
}

/** Region by region: objects of two clusters have the same names and would be taken for duplicates. */
async function judgeRegions(checker: Checker, objects: readonly RenderedObject[]): Promise<Judged[]> {
  const all: Judged[] = [];
  for (const region of new Set(objects.map((object) => object.region))) {
    const own = objects.filter((object) => object.region === region);
    all.push(...(await withManifests(own, (manifests) => judgeOnce(checker, manifests))));
  }
  return all;
}

async function judgeOnce(checker: Checker, manifests: Manifests): Promise<Judged[]> {
  const outcomes = await checker.judge(manifests);
  return outcomes.map(({ file, ...outcome }) => {
    const rendered = manifests.objects.get(file);
    if (rendered === undefined) throw new Error(`${checker.name} speaks of ${file}, which it was not given`);
    return { ...outcome, rendered };
  });
}

async function withManifests<T>(
  objects: readonly RenderedObject[],
  work: (manifests: Manifests) => Promise<T>,
): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "homeport-check-")));
  try {
    const files = new Map(objects.map((rendered) => [join(folder, rendered.path), rendered]));
    for (const [file, { object }] of files) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, toYaml(object));
    }
    return await work({ folder, objects: files });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tallyOf(checker: CheckerName, outcomes: readonly Judged[]): Tally {
  const distinct = (some: readonly Judged[]): number => new Set(some.map(({ rendered }) => rendered)).size;
  return {
    checker,
    objects: distinct(outcomes),
    podSpecs: distinct(outcomes.filter(({ ofPod }) => ofPod)),
    checks: outcomes.length,
  };
}

/** What the checker reported, and each pod spec that it passed over: silence is not a verdict. */
function findingsOf(checker: CheckerName, outcomes: readonly Judged[], objects: readonly RenderedObject[]): Finding[] {
  const seen = new Set(outcomes.filter(({ ofPod }) => ofPod).map(({ rendered }) => rendered));
  const about = ({ region, object }: RenderedObject) => ({ checker, region, object: objectTitle(object) });
  return [
    ...outcomes.flatMap(({ rendered, check, problems }) =>
      problems.map((text) => ({ ...about(rendered), check, text })),
    ),
    ...objects
      .filter((rendered) => hasPodSpec(rendered.object) && !seen.has(rendered))
      .map((rendered) => ({ ...about(rendered), check: "pod-spec-judged", text: "passed over its pod spec" })),
  ];
}
