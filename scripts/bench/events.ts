import { spawn } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";
import { OperationError } from "../../infra/core/errors";
import { NAMESPACES } from "../../infra/core/names";
import { podsOf } from "./cluster";
import { CHECKOUT, pointers, type Target } from "./target";
import type { Flip } from "./verdict";

/** Something that happened to the model under load, with the evidence that it did. */
export interface BenchEvent {
  name: string;
  /** ms of the machine's clock. */
  began: number;
  seconds: number;
  proof: string;
  proved: boolean;
  flip?: Flip;
}

/** How long a pod may take to start beside the load; on 2 cores 70 s were seen without one. */
const START_SECONDS = 420;

/** Makes the other release live, with the command that a user gives. */
export const promote = (target: Target): Promise<BenchEvent> => {
  const { other } = pointers(target.stack, target.model);
  return command(target, "promote", [target.model, other, "--reinstate"]);
};

export const rollback = (target: Target): Promise<BenchEvent> =>
  command(target, "rollback", [target.model, "--reason", "rollout bench"]);

const Change = z.looseObject({
  live: z.string(),
  regions: z.array(z.looseObject({ storedAfter: z.number().optional() })),
});

async function command(target: Target, verb: string, args: readonly string[]): Promise<BenchEvent> {
  const { cluster, model, stack } = target;
  const before = await cluster.generation(model);
  const commanded = Date.now();
  const result = Change.parse(JSON.parse(await homeport([verb, ...args, "--stack", stack, "--json"])));
  const returned = Date.now();
  const after = await cluster.generation(model);
  const stored = Math.max(...result.regions.map((region) => region.storedAfter ?? Number.NaN));
  return {
    name: verb,
    began: commanded,
    seconds: (returned - commanded) / 1000,
    proof: `${result.live} live, generation ${before} -> ${after}`,
    proved: after > before,
    flip: {
      event: verb,
      release: pointers(stack, model).shortOf(result.live),
      commanded,
      flipped: Number.isNaN(stored) ? returned : commanded + stored * 1000,
      returned,
    },
  };
}

/** The command line as a user runs it, so that its own start counts. */
function homeport(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(CHECKOUT, "scripts/homeport.cjs"), ...args], { cwd: CHECKOUT });
    let [out, err] = ["", ""];
    child.stdout.on("data", (text) => {
      out += text;
    });
    child.stderr.on("data", (text) => {
      err += text;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(out);
      else reject(new OperationError(`homeport ${args[0]} ended with ${code}: ${err.trim()}`, "see its message"));
    });
  });
}

/** Replaces every pod of the live release, one after the other. */
export async function rollingRestart({ cluster, model, stack }: Target): Promise<BenchEvent> {
  const { live, shortOf } = pointers(stack, model);
  const { metadata, spec } = await cluster.deployment(model, shortOf(live));
  const selector = podsOf(model, shortOf(live));
  const before = await cluster.settle(selector, spec.replicas, START_SECONDS);
  const start = Date.now();
  await cluster.run(["rollout", "restart", "deployment", metadata.name, "-n", NAMESPACES.models]);
  const seconds = START_SECONDS * spec.replicas;
  const after = await cluster.settle(selector, spec.replicas, seconds, (uids) =>
    [...uids].every((uid) => !before.has(uid)),
  );
  return {
    name: "rolling restart",
    began: start,
    seconds: (Date.now() - start) / 1000,
    proof: `${before.size} pods of ${live} replaced by ${after.size} others`,
    proved: before.size > 0 && after.size === before.size,
  };
}

/** Deletes one pod of the live release and waits for its replacement. */
export async function deletePod({ cluster, model, stack }: Target): Promise<BenchEvent> {
  const { live, shortOf } = pointers(stack, model);
  const { spec } = await cluster.deployment(model, shortOf(live));
  const selector = podsOf(model, shortOf(live));
  const start = Date.now();
  const [uid, pod] = [...(await cluster.pods(selector))][0]!;
  await cluster.run(["delete", "pod", pod.name, "-n", NAMESPACES.models, "--wait=false"]);
  const after = await cluster.settle(selector, spec.replicas, START_SECONDS, (uids) => !uids.has(uid));
  return {
    name: "pod deletion",
    began: start,
    seconds: (Date.now() - start) / 1000,
    proof: `pod ${uid.slice(0, 8)} of ${live} gone, ${after.size} of ${spec.replicas} ready`,
    proved: !after.has(uid),
  };
}
