/**
 * What EKS does with a node whose GPU reports an error, where its default is not ours. Conditions, codes and defaults: EKS
 * user guide, nodes/node-repair.adoc and nodes/node-health-nma.adoc, read 2026-11-22.
 */
const MINUTES = 5;
/** The API wants a time for "never", too. */
const UNUSED_MINUTES = 15;

/** The GPU's memory or links are damaged: a reboot brings the same GPU back. Without these rows 10 minutes, mostly a reboot. */
const BROKEN = {
  48: "double-bit ECC error",
  64: "memory could not be remapped",
  74: "NVLink error",
  79: "fallen off the bus",
  95: "uncontained memory error",
  140: "unrecovered ECC error",
};

/** The engine's own fault: its guard restarts it within two minutes, the other engines of the node go on. */
const SOFTWARE = { 13: "engine exception", 31: "page fault" };

const override = (code: string, repairAction: "Replace" | "NoAction", minRepairWaitTimeMins: number) => ({
  nodeMonitoringCondition: "AcceleratedHardwareReady",
  nodeUnhealthyReason: `NvidiaXID${code}Error`,
  minRepairWaitTimeMins,
  repairAction,
});

/** Repair of a node group: one node at a time. */
export const nodeRepair = (gpu: boolean) => ({
  enabled: true,
  maxParallelNodesRepairedCount: 1,
  ...(gpu
    ? {
        nodeRepairConfigOverrides: [
          ...Object.keys(SOFTWARE).map((code) => override(code, "NoAction", UNUSED_MINUTES)),
          ...Object.keys(BROKEN).map((code) => override(code, "Replace", MINUTES)),
        ],
      }
    : {}),
});
