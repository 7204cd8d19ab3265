import type { Problem } from "../errors";
import type { Architecture } from "../release";
import { at, type Config, isRecord, languageConfig } from "./config-json";

/** How weights are quantised, out of `quantization_config`. */
export interface Quantization {
  method: string;
  /** Bits of one value with its share of the group's scale and zero point. */
  bits: number;
  /** What the release keeps of it. */
  kept: NonNullable<Architecture["quantized"]>;
  /** Modules whose weights stay as they are; `*` stands for any text. */
  skipped: readonly string[];
}

const KNOWN = "awq, gptq, fp8, fbgemm_fp8, compressed-tensors, modelopt, mxfp4 and bitsandbytes";

/** `undefined` for a model that is not quantised. */
export function quantizationOf(config: Config): Quantization | undefined | Problem {
  const language = languageConfig(config);
  const given = language.quantization_config ?? language.compression_config;
  if (given === undefined || given === null) return undefined;
  const unread = (field: string, value: unknown): Problem => ({
    path: `config.json:quantization_config.${field}`,
    given: JSON.stringify(value)?.slice(0, 60),
    allowed: `a way of quantising whose memory is known here: ${KNOWN}`,
    fix: "pin weights that are quantised in one of these, or not at all",
  });
  if (!isRecord(given)) return unread("", given);
  const method = String(given.quant_method ?? "").toLowerCase();
  const skipped = [given.modules_to_not_convert, given.ignored_layers, given.ignore]
    .flatMap((list) => (Array.isArray(list) ? list.map(String) : []))
    .map((name) => name.replace(/^re:/, "").replace(/\.\*/g, "*"));
  const group = count(given.group_size);
  switch (method) {
    case "awq":
    case "gptq": {
      const bits = bitsOf(given.bits) ?? bitsOf(given.w_bit);
      // One 16-bit scale and one zero point for each group.
      return bits === undefined
        ? unread("bits", given.bits)
        : { method, bits: bits + (group ? (16 + bits) / group : 0), kept: { ...(group && { group }) }, skipped };
    }
    case "fp8":
    case "fbgemm_fp8": {
      const block = Array.isArray(given.weight_block_size) ? count(given.weight_block_size[0]) : undefined;
      return {
        method,
        bits: 8 + (block ? 32 / block ** 2 : 0),
        kept: { ...(block && { group: block }), computes: "fp8" },
        skipped,
      };
    }
    case "mxfp4":
      // Its kernels pad what does not divide, so that its groups of 32 forbid nothing.
      return { method, bits: 4.25, kept: {}, skipped };
    case "bitsandbytes":
      return { method, bits: given.load_in_8bit === true ? 8 : 4.5, kept: {}, skipped };
    case "modelopt": {
      const algorithm = String(given.quant_algo ?? at(given, "quantization", "quant_algo") ?? "");
      if (algorithm === "FP8") return { method, bits: 8, kept: { computes: "fp8" }, skipped };
      if (algorithm === "NVFP4") return { method, bits: 4.5, kept: { group: 16, computes: "fp4" }, skipped };
      return unread("quant_algo", algorithm);
    }
    case "compressed-tensors": {
      const groups = isRecord(given.config_groups) ? Object.values(given.config_groups) : [];
      const first = groups[0];
      const bits = bitsOf(at(first, "weights", "num_bits"));
      if (groups.length !== 1 || bits === undefined) return unread("config_groups", given.config_groups);
      const size = count(at(first, "weights", "group_size"));
      const kind = at(first, "input_activations", "type");
      const computes = kind === "float" ? (bits === 8 ? "fp8" : "fp4") : kind === "int" ? "int8" : undefined;
      return {
        method,
        bits: bits + (size ? 16 / size : 0),
        kept: { ...(size && { group: size }), ...(computes && { computes }) },
        skipped,
      };
    }
    default:
      return unread("quant_method", given.quant_method);
  }
}

/** No format has wider values. */
const MOST_BITS = 16;

const bitsOf = (value: unknown): number | undefined => {
  const bits = count(value);
  return bits !== undefined && bits <= MOST_BITS ? bits : undefined;
};

const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;
