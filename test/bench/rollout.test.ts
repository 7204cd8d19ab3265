import { BenchCluster } from "../../scripts/bench/cluster";
import { machine } from "../../scripts/bench/machine";
import { missedPromises } from "../../scripts/bench/rollout";
import { rolloutText } from "../../scripts/bench/rollout-text";
import { unguardedObjects } from "../../scripts/bench/unguarded";
import type { Verdict } from "../../scripts/bench/verdict";
import { liveDeployment, liveRoute } from "./live-objects";

const good: Verdict = {
  requests: 10_400,
  lost: 0,
  endings: {},
  wrongRelease: 0,
  wrongText: 0,
  textsDiffer: true,
  byRelease: { "r-1": 8000, "r-2": 2400 },
  intendedLoad: 0.99,
  rate: 52,
  longShare: 0.0097,
  firstTextMs: { p50: 30, p99: 400 },
  flips: [{ event: "rollback", commandMs: 2000, lastStartMs: 1500 }],
  lostAfter: {},
  samples: [],
};
const event = { name: "pod deletion", began: 1000, seconds: 80, proof: "pod 1234 gone", proved: true };
const control: Verdict = { ...good, requests: 1500, lost: 9, endings: { cut: 8, "stream-error": 1 } };

test("a run that keeps every promise misses none", () => {
  expect(missedPromises(good, [event], control)).toEqual([]);
});

test.each<[string, Partial<Verdict>]>([
  ["1 requests lost", { lost: 1 }],
  ["answers of the wrong release", { wrongRelease: 2 }],
  ["text is not their release's", { wrongText: 1 }],
  ["cannot be told apart", { textsDiffer: false }],
  ["cannot be told apart", { byRelease: { "r-1": 10_400 } }],
  ["only 9999 requests", { requests: 9999 }],
  ["only 49.9 requests/s", { rate: 49.9 }],
  ["only 94.0 % of the intended load", { intendedLoad: 0.94 }],
  ["of the streams took 20 s", { longShare: 0.001 }],
  ["5001 ms after the command", { flips: [{ event: "rollback", commandMs: 6000, lastStartMs: 5001 }] }],
  ["rollback", { flips: [] }],
])("a run misses: %s", (sentence, wrong) => {
  const missed = missedPromises({ ...good, ...wrong }, [event], control);
  expect(missed).toHaveLength(1);
  expect(missed[0]).toContain(sentence);
});

test("an event without evidence, or a control run that loses nothing, proves nothing", () => {
  expect(missedPromises(good, [{ ...event, proved: false }])).toEqual(["pod deletion is not proved: pod 1234 gone"]);
  expect(missedPromises(good, [event], { ...control, lost: 0 })).toEqual([
    "the control run lost nothing: this bench proves nothing here",
  ]);
});

test("the report names machine, date, figures and what was missed", () => {
  const report = {
    machine: machine(),
    engine: "chat-r-1-cpu",
    rate: 52,
    verdict: good,
    events: [event],
    gatewayRetries: 3,
    control,
  };
  const text = rolloutText({ ...report, missed: ["7 requests lost"] });
  expect(text).toMatch(/streamed requests +10400 at 52\.0\/s/);
  expect(text).toMatch(/repeated by the gateway +3/);
  expect(text).toMatch(/control, no guard or preStop +9 of 1500 lost \(cut 8, stream-error 1\)/);
  expect(text).toContain("MISSED: 7 requests lost");
  expect(rolloutText({ ...report, missed: [] })).toContain("every promise kept");
  const bad = { ...good, lost: 7, endings: { "status 503 engine_lost": 7 }, lostAfter: { "pod deletion": 7 } };
  expect(rolloutText({ ...report, verdict: bad, missed: [] })).toMatch(/lost after +pod deletion 7/);
});

test("the control run is the same engine without guard, preStop and shutdown time-out, behind the same key", () => {
  const [deployment, service, route, policy] = unguardedObjects(liveDeployment, liveRoute, "app", "app-keys") as {
    kind: string;
    spec: Record<string, unknown>;
  }[];
  const text = JSON.stringify(deployment);
  for (const gone of [
    "AGENT_CONFIG",
    "preStop",
    "shutdown-timeout",
    "terminationGracePeriodSeconds",
    "127.0.0.1",
    "8081",
  ])
    expect(text).not.toContain(gone);
  for (const kept of ["--dtype=float32", "--host=0.0.0.0", "runAsNonRoot", '"replicas":2', "/health"])
    expect(text).toContain(kept);
  expect(service).toMatchObject({ kind: "Service", spec: { ports: [{ port: 8000 }] } });
  expect(JSON.stringify(route)).toContain('"timeouts":{"request":"0s"}');
  expect(JSON.stringify(policy)).toContain('"credentialRefs":[{"kind":"Secret","name":"app-keys"}]');
});

test("the API's base path comes from the route that runs", () => {
  expect(BenchCluster.basePath(liveRoute)).toBe("/p/app/m/chat/v1");
});
