import fc from "fast-check";
import { type Pointers, promote, rollback, rollbackTargets, runningReleases } from "../../infra/core/pointers";

const names = ["r1", "r2", "r3", "r4", "r5"];
const name = fc.constantFrom(...names);
const pointers: fc.Arbitrary<Pointers> = fc.record(
  {
    live: name,
    previous: fc.uniqueArray(name),
    candidate: fc.record({ release: name, step: fc.constant("staged" as const) }),
    withdrawn: fc.dictionary(name, fc.string()),
    generation: fc.nat(1000),
  },
  { requiredKeys: ["live", "previous", "withdrawn", "generation"] },
);
const usable = (p: Pointers): string[] => names.filter((n) => n !== p.live && !Object.hasOwn(p.withdrawn, n));

describe("pointers", () => {
  it("raises the generation by exactly one, whatever the change", () => {
    fc.assert(
      fc.property(pointers, fc.array(fc.tuple(fc.boolean(), name)), (start, moves) => {
        let at = start;
        for (const [up, release] of moves) {
          if (up && !usable(at).includes(release)) continue;
          if (!up && rollbackTargets(at).length === 0) continue;
          const next = up ? promote(at, release) : rollback(at, { reason: "x" });
          expect(next.generation).toBe(at.generation + 1);
          at = next;
        }
      }),
    );
  });

  it("never lets a rollback end on a withdrawn release, by default or by name", () => {
    fc.assert(
      fc.property(pointers, fc.option(name, { nil: undefined }), (p, to) => {
        let next: Pointers;
        try {
          next = rollback(p, { to, reason: "bad" });
        } catch {
          return; // refused is fine
        }
        expect(Object.keys(p.withdrawn)).not.toContain(next.live);
        expect(next.withdrawn[p.live]).toBe("bad");
        expect(rollbackTargets(next)).not.toContain(p.live);
      }),
    );
  });

  it("brings the old live back when a promote is rolled back", () => {
    fc.assert(
      fc.property(pointers, name, (p, release) => {
        fc.pre(usable(p).includes(release) && !Object.hasOwn(p.withdrawn, p.live));
        const back = rollback(promote(p, release), { reason: "bad" });
        expect(back.live).toBe(p.live);
        expect(back.previous).toEqual(p.previous.filter((n) => n !== p.live && n !== release));
      }),
    );
  });

  it("keeps the new and the old live running through a promote, and never repeats a name", () => {
    fc.assert(
      fc.property(pointers, name, (p, release) => {
        fc.pre(usable(p).includes(release));
        const next = promote(p, release);
        expect(runningReleases(next)).toEqual(expect.arrayContaining([p.live, release]));
        expect(new Set(next.previous).size).toBe(next.previous.length);
        expect(next.previous).not.toContain(next.live);
      }),
    );
  });

  it("clears the candidate when it goes live and keeps another one", () => {
    const p: Pointers = { live: "r1", previous: [], withdrawn: {}, generation: 1 };
    expect(promote({ ...p, candidate: { release: "r2", step: "staged" } }, "r2").candidate).toBeUndefined();
    expect(promote({ ...p, candidate: { release: "r3", step: "staged" } }, "r2").candidate?.release).toBe("r3");
  });

  it("refuses to promote what is live or withdrawn, and says which reason it had", () => {
    const p: Pointers = { live: "r1", previous: [], withdrawn: { r2: "wrong language" }, generation: 1 };
    expect(() => promote(p, "r1", { path: "models.chat" })).toThrow(
      "models.chat.live: r1; another release; it is live already",
    );
    expect(() => promote(p, "r2", { path: "models.chat" })).toThrow("models.chat.withdrawn.r2: wrong language");
  });

  it("keeps exactly the same releases running through a rollback, so that only the route changes", () => {
    fc.assert(
      fc.property(pointers, (p) => {
        fc.pre(rollbackTargets(p).length > 0 && p.candidate === undefined);
        expect(runningReleases(rollback(p, { reason: "bad" })).sort()).toEqual(runningReleases(p).sort());
      }),
    );
    const other: Pointers = {
      live: "r2",
      previous: ["r1"],
      candidate: { release: "r3", step: "staged" },
      withdrawn: {},
      generation: 1,
    };
    expect(rollback(other, { reason: "bad" }).candidate?.release).toBe("r3");
  });

  it("ends a canary with a rollback: one release answers, and it is the one that was asked for", () => {
    const canary: Pointers = {
      live: "r3",
      previous: ["r2"],
      candidate: { release: "r4", step: "canary", percent: 10 },
      withdrawn: {},
      generation: 1,
    };
    expect(rollback(canary, { reason: "bad" })).toMatchObject({
      live: "r2",
      candidate: { release: "r4", step: "staged" },
    });
    expect(rollback(canary, { reason: "bad" }).candidate?.percent).toBeUndefined();
  });

  it("promotes a withdrawn release only when told to reinstate it", () => {
    const back = rollback({ live: "r2", previous: ["r1"], withdrawn: {}, generation: 4 }, { reason: "slow" });
    expect(() => promote(back, "r2")).toThrow("--reinstate");
    expect(promote(back, "r2", { reinstate: true })).toEqual({
      live: "r2",
      previous: ["r1"],
      withdrawn: {},
      generation: 6,
    });
  });

  it("says which targets there are when the named one is none", () => {
    const p: Pointers = { live: "r3", previous: ["r2", "r1"], withdrawn: { r2: "bad" }, generation: 4 };
    expect(() => rollback(p, { to: "r2", reason: "x" }, "models.chat")).toThrow("one of r1");
    expect(rollback(p, { reason: "x" }).live).toBe("r1");
    expect(() => rollback({ ...p, previous: ["r2"] }, { reason: "x" })).toThrow(
      "no release here can be rolled back to",
    );
  });
});
