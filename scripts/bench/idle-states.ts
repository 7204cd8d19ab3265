import { closeSync, openSync, writeSync } from "node:fs";

const DEVICE = "/dev/cpu_dma_latency";

/**
 * Keeps the processors out of their idle states while `work` runs, as latency benchmarks do: one request at a time leaves
 * them idle between every two hops, and waking a virtual machine's processor costs more than a hop. A gateway under load
 * never gets there. The kernel takes the wish back when the file is closed, also when this process dies.
 * `kept` says whether that was possible here: it needs root and Linux.
 */
export async function withoutIdleStates<T>(
  work: () => Promise<T>,
  device = DEVICE,
): Promise<{ result: T; kept: boolean }> {
  const file = open(device);
  try {
    return { result: await work(), kept: file !== undefined };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function open(device: string): number | undefined {
  try {
    const file = openSync(device, "r+");
    writeSync(file, Buffer.alloc(4)); // 0 µs, as a 32-bit number
    return file;
  } catch {
    return undefined;
  }
}
