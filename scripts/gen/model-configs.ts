import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { todayUtc } from "../../infra/config/checked-stack";
import copies from "../../infra/core/catalogue/model-configs.json";
import openModels from "../../infra/core/catalogue/open-models.json";
import { nameOf, type Wheel, wheelTexts } from "./packages";

/**
 * Records the config.json of the open models of the catalogue, out of NVIDIA's package of them. By hand, where PyPI can
 * be reached (82 MB), after a change of open-models.json:
 *
 *     npx tsx scripts/gen/model-configs.ts
 */
const AICONFIGURATOR: Wheel = {
  name: "aiconfigurator-core",
  version: "0.12.0",
  sha256: "aadc4aad0a00bf8a61c477c62bef43de479849c3aa0b1c3078068e08309eccc4",
};
const FOLDER = "aiconfigurator_core/model_configs/";
const FILE = join(__dirname, "../../infra/core/catalogue/model-configs.generated.json");

/** What no calculation asks for, and would double the file. */
const LEFT_OUT = new Set(["vision_config", "audio_config", "transformers_version", "id2label", "label2id"]);

const wanted = new Set(openModels.models.flatMap((model) => ("config" in model && model.config ? [model.config] : [])));
const copied = new Set(Object.keys(copies.configs));
const found = wheelTexts(AICONFIGURATOR, (path) => path.startsWith(FOLDER) && path.endsWith("_config.json"));
const rows = [...wanted]
  .filter((id) => !copied.has(id))
  .sort()
  .map((id) => {
    const text = found.get(`${FOLDER}${id.replace("/", "--")}_config.json`);
    if (text === undefined) throw new Error(`no config of ${id} in ${nameOf(AICONFIGURATOR)}`);
    // Python writes a number that JSON does not have (bounds of a Mamba layer's step); nobody asks for it.
    const config = Object.entries(JSON.parse(text.replace(/(?<=[[\s,:])-?Infinity\b/g, "null"))).filter(
      // Of a copy that NVIDIA quantised only the architecture is meant: the original is in 16 bits.
      ([key]) => !LEFT_OUT.has(key) && !(id.startsWith("nvidia/") && key === "quantization_config"),
    );
    return `    ${JSON.stringify(id)}: ${JSON.stringify(Object.fromEntries(config))}`;
  });
writeFileSync(
  FILE,
  `{
  "recordedOn": ${JSON.stringify(todayUtc())},
  "source": ${JSON.stringify(`PyPI ${nameOf(AICONFIGURATOR)} (NVIDIA, Apache-2.0), config.json of the hub without the parts of vision and audio; made by npx tsx scripts/gen/model-configs.ts`)},
  "configs": {
${rows.join(",\n")}
  }
}
`,
);
