import { Load, type LoadPlan } from "./load";

/** The load runs in a process of its own: what the bench does meanwhile must not delay a request. */
let load: Load | undefined;

process.on("message", (message: { start: LoadPlan } | "stop") => {
  if (message !== "stop") {
    load = new Load(message.start);
    load.start();
    return;
  }
  void load?.stop().then((result) => {
    process.send?.(result, () => process.disconnect());
  });
});

// The bench died: nobody will ask for the result.
process.on("disconnect", () => process.exit());
