/** A float32 tensor in row-major order. */
export interface Tensor {
  shape: readonly number[];
  values: Float32Array;
}

/**
 * The safetensors format: header length (64 bit little endian), JSON header padded to 8 bytes, then the data.
 * Tensors lie in the order of their names, so the same tensors always give the same bytes.
 */
export function encodeSafetensors(tensors: ReadonlyMap<string, Tensor>): Buffer {
  const names = [...tensors.keys()].sort();
  // Readers of PyTorch models refuse a file whose metadata does not name the framework.
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  let end = 0;
  for (const name of names) {
    const { shape, values } = tensors.get(name)!;
    header[name] = { dtype: "F32", shape, data_offsets: [end, end + values.length * 4] };
    end += values.length * 4;
  }
  const text = Buffer.from(JSON.stringify(header));
  const padded = Math.ceil(text.length / 8) * 8;
  const file = Buffer.alloc(8 + padded + end, " ");
  file.writeBigUInt64LE(BigInt(padded), 0);
  text.copy(file, 8);
  let offset = 8 + padded;
  for (const name of names) {
    for (const value of tensors.get(name)!.values) offset = file.writeFloatLE(value, offset);
  }
  return file;
}
