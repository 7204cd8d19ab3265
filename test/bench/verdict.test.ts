import type { Outcome } from "../../scripts/bench/outcome";
import { percentile } from "../../scripts/bench/percentile";
import { type Flip, judge } from "../../scripts/bench/verdict";

const answer = (started: number, release: string, more: Partial<Outcome> = {}): Outcome => ({
  ending: "ok",
  intended: started,
  started,
  firstText: started + 20,
  ended: started + 100,
  status: 200,
  release,
  text: `text of ${release}`,
  kind: "short",
  ...more,
});
const flip: Flip = { event: "rollback", release: "r1", commanded: 10_000, flipped: 12_000, returned: 12_500 };
const run = (outcomes: Outcome[], planned = outcomes.length) => judge({ outcomes, planned }, "r2", [flip]);
const good = [answer(9_000, "r2"), answer(10_500, "r2"), answer(11_000, "r1"), answer(14_000, "r1")];

test("between the command and one second after the flip both releases may answer; the last old start is told", () => {
  expect(run(good)).toMatchObject({ requests: 4, lost: 0, wrongRelease: 0, wrongText: 0, textsDiffer: true });
  expect(run(good).flips).toEqual([{ event: "rollback", commandMs: 2500, lastStartMs: 500 }]);
  expect(run(good).byRelease).toEqual({ r2: 2, r1: 2 });
});

test("an answer of the old release later than that, or of the new one too early, is wrong", () => {
  expect(run([...good, answer(13_001, "r2")]).wrongRelease).toBe(1);
  expect(run([...good, answer(13_000, "r2")]).wrongRelease).toBe(0);
  expect(run([...good, answer(9_999, "r1")]).wrongRelease).toBe(1);
  const { release: _, ...unnamed } = answer(15_000, "r1");
  expect(run([...good, unnamed]).wrongRelease).toBe(1);
});

test("a release that answers with another text than usual is found by content", () => {
  expect(run([...good, answer(15_000, "r1", { text: "text of r2" })]).wrongText).toBe(1);
  expect(run([...good, answer(15_000, "r1", { kind: "long", text: "other" })]).wrongText).toBe(0);
  expect(run(good.map((o) => ({ ...o, text: "same" }))).textsDiffer).toBe(false);
});

test("every ending but ok is a lost request, whatever its status", () => {
  const refused = (detail: string) => answer(2, "r2", { ending: "status", status: 503, detail });
  const lost = [
    answer(1, "r2", { ending: "truncated" }),
    refused('{"error":{"message":"…","code":"engine_lost"}}'),
    refused("no healthy upstream"),
  ];
  expect(run([...good, ...lost])).toMatchObject({
    lost: 3,
    endings: { truncated: 1, "status 503 engine_lost": 1, "status 503 by the gateway": 1 },
  });
});

test("lost requests are counted by the event that had begun before them", () => {
  const lost = [5_000, 11_000, 20_000].map((at) => answer(at, "r1", { ending: "cut" }));
  const marks = [
    { name: "roll back", began: 10_000 },
    { name: "pod deletion", began: 19_000 },
  ];
  expect(judge({ outcomes: [...good, ...lost], planned: 7 }, "r2", [flip], marks).lostAfter).toEqual({
    "the start": 1,
    "roll back": 1,
    "pod deletion": 1,
  });
});

test("requests that start late do not count as intended load, and long streams are counted", () => {
  const late = answer(15_000, "r1", { started: 15_300 });
  expect(run([...good, late], 5).intendedLoad).toBeCloseTo(0.8);
  expect(run([...good, answer(15_000, "r1", { ended: 35_000 })]).longShare).toBeCloseTo(0.2);
});

test("percentiles are nearest rank", () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect([percentile(values, 0.5), percentile(values, 0.99), percentile([7], 0.99)]).toEqual([50, 99, 7]);
  expect(percentile([], 0.5)).toBeNaN();
});
