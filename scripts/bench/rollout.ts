import { keysSecretName, NAMESPACES } from "../../infra/core/names";
import { step, terminal } from "../lib/report";
import { sleep } from "../local/command";
import { type BenchEvent, deletePod, promote, rollback, rollingRestart } from "./events";
import type { LoadPlan } from "./load";
import { startLoad } from "./load-client";
import { type Machine, machine } from "./machine";
import { findTarget, pointers, type Target } from "./target";
import { UNGUARDED, unguardedObjects } from "./unguarded";
import { judge, type Verdict } from "./verdict";

export interface RolloutOptions {
  stack: string;
  model: string;
  /** Streamed requests per second. */
  rate: number;
  /** Shortest duration; the events decide how much longer it takes. */
  seconds: number;
  control: boolean;
}

export interface RolloutReport {
  machine: Machine;
  engine: string;
  rate: number;
  verdict: Verdict;
  events: BenchEvent[];
  /** Requests that the gateway sent a second time during the run; the clients themselves never do. */
  gatewayRetries: number;
  /** The same load and a pod deletion without guard and preStop; must lose requests. */
  control?: Verdict;
  /** Promises that were missed, one sentence each; empty when all were kept. */
  missed: string[];
}

const PAUSE_MS = 15_000;
const PROMPT = "Who answers?";

export async function benchRollout(options: RolloutOptions): Promise<RolloutReport> {
  const target = await findTarget(options.stack, options.model);
  const { verdict, events, gatewayRetries } = await guardedRun(target, options);
  const control = options.control ? await controlRun(target, options.rate) : undefined;
  return {
    machine: machine(),
    engine: await engineOf(target),
    rate: options.rate,
    verdict,
    events,
    gatewayRetries,
    ...(control && { control }),
    missed: missedPromises(verdict, events, control),
  };
}

const planOf = (target: Target, rate: number): LoadPlan => ({
  url: target.url,
  key: target.key,
  model: target.model,
  rate,
  arrivals: "poisson",
  prompt: PROMPT,
  tokens: 16,
  longEvery: 100,
  longSeconds: 28,
  longTokens: 4000,
  maxTokens: pointers(target.stack, target.model).maxTokens,
  idleMs: 60_000,
});

async function guardedRun(target: Target, { rate, seconds }: RolloutOptions) {
  const { live, shortOf } = pointers(target.stack, target.model);
  const before = shortOf(live);
  const retries = await target.cluster.gatewayRetries();
  const load = startLoad(planOf(target, rate));
  const begun = Date.now();
  const events: BenchEvent[] = [];
  try {
    for (const [name, expected, event] of [
      ["promote", 5, promote],
      ["roll back", 5, rollback],
      ["restart every pod", 270, rollingRestart],
      ["delete a pod", 70, deletePod],
    ] as const) {
      await sleep(PAUSE_MS);
      const start = Date.now();
      // An event that fails is a finding, too; the load goes on and is judged.
      const failed = (error: Error): BenchEvent => ({
        name,
        began: start,
        seconds: (Date.now() - start) / 1000,
        proof: error.message,
        proved: false,
      });
      events.push(await step(`${name} under load`, expected, () => event(target)).catch(failed));
    }
    await sleep(Math.max(PAUSE_MS, begun + seconds * 1000 - Date.now()));
    const result = await step("let the last streams end", 25, () => load.stop());
    const flips = events.flatMap((event) => event.flip ?? []);
    const gatewayRetries = (await target.cluster.gatewayRetries()) - retries;
    return { verdict: judge(result, before, flips, events), events, gatewayRetries };
  } finally {
    load.kill();
  }
}

/** Deletes a pod under the same load, of the same engine without the protection. */
async function controlRun(target: Target, rate: number): Promise<Verdict> {
  const { cluster, model, stack, policy } = target;
  const { live, shortOf } = pointers(stack, model);
  const [deployment, route] = [await cluster.deployment(model, shortOf(live)), await cluster.route(model)];
  const objects = unguardedObjects(deployment, route, policy, keysSecretName(policy));
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  const selector = `app.kubernetes.io/name=${UNGUARDED}`;
  try {
    await cluster.run(["apply", "--server-side", `--field-manager=${UNGUARDED}`, "-f", "-"], list);
    await step("control: two engines without guard and preStop", 120, () => cluster.settle(selector, 2, 600));
    const load = startLoad({ ...planOf(target, rate), url: `${target.gateway}/${UNGUARDED}/v1` });
    try {
      await sleep(PAUSE_MS);
      const [pod] = (await cluster.pods(selector)).values();
      await step("control: delete a pod under load", 15, async () => {
        await cluster.run(["delete", "pod", pod!.name, "-n", NAMESPACES.models, "--wait=false"]);
        await sleep(PAUSE_MS);
      });
      return judge(await load.stop(), "", []);
    } finally {
      load.kill();
    }
  } finally {
    await cluster.run(["delete", "-f", "-", "--ignore-not-found", "--wait=false"], list);
    terminal.note("control: its objects are deleted");
  }
}

async function engineOf({ cluster, model, stack }: Target): Promise<string> {
  const { live, shortOf } = pointers(stack, model);
  const { metadata } = await cluster.deployment(model, shortOf(live));
  const version = JSON.parse(await cluster.run(["version", "-o", "json"])) as { serverVersion: { gitVersion: string } };
  return `${metadata.name}, Kubernetes ${version.serverVersion.gitVersion}`;
}

const ROLLBACK_MS = 5000;
const MIN_REQUESTS = 10_000;
const MIN_RATE = 50;

/** What the figures must be for the bench to prove what it is for. */
export function missedPromises(v: Verdict, events: readonly BenchEvent[], control?: Verdict): string[] {
  const rollbackFlip = v.flips.find((flip) => flip.event === "rollback");
  const checks: [boolean, string][] = [
    [v.lost === 0, `${v.lost} requests lost`],
    [v.wrongRelease === 0, `${v.wrongRelease} answers of the wrong release later than 1 s after the flip`],
    [v.wrongText === 0, `${v.wrongText} answers whose text is not their release's`],
    [v.textsDiffer && Object.keys(v.byRelease).length > 1, "the releases cannot be told apart by their texts"],
    [v.requests >= MIN_REQUESTS, `only ${v.requests} requests, ${MIN_REQUESTS} are the promise (raise --seconds)`],
    [v.rate >= MIN_RATE, `only ${v.rate.toFixed(1)} requests/s, ${MIN_RATE} are the promise (raise --rate)`],
    [v.intendedLoad >= 0.95, `only ${(v.intendedLoad * 100).toFixed(1)} % of the intended load was sent in time`],
    [v.longShare >= 0.008, `only ${(v.longShare * 100).toFixed(2)} % of the streams took 20 s`],
    [
      rollbackFlip !== undefined && rollbackFlip.lastStartMs <= ROLLBACK_MS,
      `rollback: the last request started on the bad release ${rollbackFlip?.lastStartMs} ms after the command`,
    ],
    ...events.map((event): [boolean, string] => [event.proved, `${event.name} is not proved: ${event.proof}`]),
    [control === undefined || control.lost > 0, "the control run lost nothing: this bench proves nothing here"],
  ];
  return checks.filter(([kept]) => !kept).map(([, sentence]) => sentence);
}
