import type { Architecture, ReleaseContent } from "../release";

/** Real bytes of weights: what lies in the files, and what the engine makes of them on the GPU. */

const SAFETENSORS = /\.safetensors$/;
const OTHER_FORMATS = /\.(bin|pt|pth|gguf)$/;
/** A second copy of the same weights in another layout, as Mistral and Meta add it. */
const SECOND_COPY = /(^|\/)(consolidated[^/]*|original\/.*)$/;

/** The files that an engine loads: safetensors before all other formats, and one copy of them. */
export function loadedFiles<File extends { path: string }>(files: readonly File[]): File[] {
  const safe = files.filter(({ path }) => SAFETENSORS.test(path));
  const first = safe.filter(({ path }) => !SECOND_COPY.test(path));
  if (first.length > 0) return first;
  return safe.length > 0 ? safe : files.filter(({ path }) => OTHER_FORMATS.test(path));
}

/** Bytes of the tensors of a release: out of the headers where it knows them, else the sizes of the files. */
export const storedBytes = ({ architecture, weights }: ReleaseContent): number =>
  architecture.weightBytes
    ? Object.values(architecture.weightBytes).reduce((sum, bytes) => sum + bytes, 0)
    : loadedFiles(weights.files).reduce((sum, { bytes }) => sum + bytes, 0);

const MXFP4_BITS = 4.25;
const padded = (size: number, to: number): number => Math.ceil(size / to) * to;

/**
 * Bytes on each of `gpus` once loaded. Weights are dealt out evenly but for what every GPU keeps whole, and the kernels
 * for MXFP4 experts pad their hidden size to 256 and each GPU's share of their width to 128 (vLLM 0.32,
 * fused_moe/oracle/mxfp4.py): gpt-oss-120b has 60.8 GiB of tensors and loads 65.97 (vLLM #23278).
 */
export function loadedBytes(
  architecture: Architecture,
  quantization: string | null,
  stored: number,
  gpus: number,
): number {
  const { experts, hiddenSize, replicatedBytes = 0, addedBytes = 0 } = architecture;
  // A release can only hold less than that by a mistake of its files.
  const whole = Math.min(replicatedBytes, stored);
  const dealt = whole + (stored - whole + addedBytes) / gpus;
  if (quantization !== "mxfp4" || experts === undefined) return dealt;
  const { count, layers, intermediateSize } = experts;
  const share = intermediateSize / gpus;
  const values = 3 * count * layers * share;
  const more = values * ((padded(hiddenSize, 256) * padded(share, 128)) / share - hiddenSize);
  return dealt + (more * MXFP4_BITS) / 8;
}

/** Dtypes of safetensors and bits of one value; packed ones are counted by their container. */
interface TensorHeader {
  dtype: string;
  data_offsets: readonly [number, number];
}

/** Layers that guess further tokens lie behind the model's own, or apart: loaded only with speculative decoding. */
const isDraft = (name: string, layers: number): boolean =>
  /^(model\.)?mtp\./.test(name) ||
  Number(/^(?:(?:language_)?model\.){1,2}layers\.(\d+)\./.exec(name)?.[1] ?? -1) >= layers;

/** Bytes by dtype over the headers of a model's safetensors files (name -> tensor; `__metadata__` is none). */
export function bytesByDtype(
  headers: readonly Readonly<Record<string, unknown>>[],
  layers: number,
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const header of headers)
    for (const [name, tensor] of Object.entries(header)) {
      if (name === "__metadata__" || isDraft(name, layers)) continue;
      const { dtype, data_offsets: offsets } = tensor as TensorHeader;
      sums[dtype] = (sums[dtype] ?? 0) + offsets[1] - offsets[0];
    }
  return Object.fromEntries(Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1)));
}
