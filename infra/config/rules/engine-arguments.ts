import { checkEngineArguments } from "../../core/engine/check";
import { engineFlags, recordedMinors } from "../../core/engine/flags";
import type { Problem } from "../../core/errors";
import { eachRunning, type Rule } from "./rule";

/** The flags of every variant, as that version of vLLM would take them. */
export const engineTakesItsArguments: Rule = eachRunning(({ file, path }): Problem[] => {
  const { engine, arguments: shared, variants } = file.content;
  if (!engineFlags(engine.version))
    return [
      {
        path: `${path}.engine.version`,
        given: `vllm ${engine.version}`,
        allowed: `a vLLM whose flags are recorded: ${recordedMinors().join(", ")}`,
        fix: "pin it again with one of these, or record its flags: homeport engine record",
      },
    ];
  const at = `${path}.arguments`;
  return Object.entries(variants).flatMap(([name, variant]) => {
    const own = variant.arguments;
    const problems = checkEngineArguments(
      engine.version,
      { ...shared, ...own },
      { path: at, gpuClass: variant.gpuClass },
    );
    return problems.map((problem) => {
      const flag = problem.path.slice(at.length + 1);
      return Object.hasOwn(own, flag) ? { ...problem, path: `${path}.variants.${name}.arguments.${flag}` } : problem;
    });
  });
});
