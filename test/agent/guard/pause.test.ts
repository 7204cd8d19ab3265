import { until, withGuard } from "../../support/guard";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const watch = { intervalSeconds: 0.1, unreadyAfterSeconds: 0.4, restartAfterSeconds: 1.2 };

// In a file of its own: it stops the whole process for a while.
it(
  "a pause of the guard itself is not held against the engine",
  withGuard({ watch }, async (at) => {
    at.engine.behaviour = "hangs";
    await until(() => at.engine.running > 0, 1000); // the engine owes an answer
    const wake = performance.now() + 1400; // longer than restartAfterSeconds
    while (performance.now() < wake) Math.sqrt(wake);
    at.engine.stepEvery(20);
    await sleep(300);
    expect([await at.probe("ready"), await at.probe("live")]).toEqual([200, 200]);
    expect(at.notes.filter((note) => note.includes("progress"))).toEqual([]);
  }),
);
