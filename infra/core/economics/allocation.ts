/** A node that is paid for, over a time. */
export interface PaidNode {
  name: string;
  hourlyUsd: number;
  hours: number;
  /** GPUs it has; 0 on CPU nodes. */
  gpus: number;
}

/** A pod that held part of a node, over a time. */
export interface HeldPart {
  /** Who pays: a release, by any name. */
  release: string;
  node: string;
  /** GPUs it held; on CPU nodes 0, and pods share by their number. */
  gpus: number;
  hours: number;
}

export interface Allocation {
  /** Node hours × price: all there is to divide. */
  totalUsd: number;
  nodeHours: number;
  usdOf: Readonly<Record<string, number>>;
  /** Of nodes on which nothing ran. */
  unheldUsd: number;
  /** What GPUs cost that no pod held, wherever it is counted above. */
  idleGpuUsd: number;
}

/**
 * Who pays for nodes: those that held their GPUs, by GPU hours, for the idle ones as well. This is the allocation basis, the
 * only one that compares with an API: by use alone self-hosting always looks cheaper, because idle hours belong to nobody.
 */
export function allocate(nodes: readonly PaidNode[], parts: readonly HeldPart[]): Allocation {
  const usdOf: Record<string, number> = {};
  let [totalUsd, nodeHours, unheldUsd, idleGpuUsd] = [0, 0, 0, 0];
  for (const node of nodes) {
    const usd = node.hours * node.hourlyUsd;
    totalUsd += usd;
    nodeHours += node.hours;
    const own = parts.filter((part) => part.node === node.name && part.hours > 0);
    const weightOf = ({ gpus, hours }: HeldPart): number => (node.gpus === 0 ? hours : gpus * hours);
    const held = own.reduce((sum, part) => sum + weightOf(part), 0);
    if (held === 0) unheldUsd += usd;
    else for (const part of own) usdOf[part.release] = (usdOf[part.release] ?? 0) + (usd * weightOf(part)) / held;
    if (node.gpus > 0 && node.hours > 0) idleGpuUsd += usd * Math.max(0, 1 - held / (node.gpus * node.hours));
  }
  return { totalUsd, nodeHours, usdOf, unheldUsd, idleGpuUsd };
}
