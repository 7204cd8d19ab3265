/** What an accelerator class is to an engine: the one place that knows it; the instance catalogue takes its memory from here. */
export interface Gpu {
  /** What an engine can allocate of one GPU, in GiB: less than the number on the box. */
  memoryGiB: number;
  /** CUDA compute capability: 8.9 is SM89. */
  computeCapability: number;
  /** Of its memory, in GB (10^9 bytes) a second. */
  bandwidthGBs: number;
  /** Those of one node are linked by NVLink. Left out: by PCIe. */
  nvLink?: true;
  asOf: string;
  source: string;
}

const DATASHEET = "aiconfigurator-core 0.12.0 (PyPI), systems/*.yaml: capability, bandwidth";
const measured = (what: string) => `${DATASHEET}; memory as vLLM logged it: ${what}`;
const AS_OF = "2026-11-22";

export const GPUS: Readonly<Record<string, Gpu>> = {
  "a100-40gb": {
    memoryGiB: 39.4,
    computeCapability: 8.0,
    bandwidthGBs: 1555,
    nvLink: true,
    asOf: AS_OF,
    source: measured("39.39 GiB on a p4d.24xlarge, vLLM 0.7.1, deployment guide of 2025-02-14; bandwidth from memory"),
  },
  "a100-80gb": {
    memoryGiB: 79.25,
    computeCapability: 8.0,
    bandwidthGBs: 2039,
    nvLink: true,
    asOf: AS_OF,
    source: measured("ridgepoint 0.1.2, calibration of 2026-09-07"),
  },
  "h100-80gb": {
    memoryGiB: 79.1,
    computeCapability: 9.0,
    bandwidthGBs: 3350,
    nvLink: true,
    asOf: AS_OF,
    source: measured("vLLM #10511 has 79.22 GiB, the lower value is kept"),
  },
  "h200-141gb": {
    memoryGiB: 139.8,
    computeCapability: 9.0,
    bandwidthGBs: 4800,
    nvLink: true,
    asOf: AS_OF,
    source: `${DATASHEET}; memory: 143,771 MiB less 0.6 GiB of the driver, not measured here`,
  },
  "a10g-24gb": {
    memoryGiB: 22.1,
    computeCapability: 8.6,
    bandwidthGBs: 600,
    asOf: AS_OF,
    source: "EC2's 22,888 MiB (moto 5.2.5) less 0.25 GiB; capability and bandwidth from memory: not verified",
  },
  "l4-24gb": {
    memoryGiB: 22.0,
    computeCapability: 8.9,
    bandwidthGBs: 300,
    asOf: AS_OF,
    source: `${DATASHEET}; memory: EC2's 22,888 MiB (moto 5.2.5) less 0.35 GiB`,
  },
  "l40s-48gb": {
    memoryGiB: 44.4,
    computeCapability: 8.9,
    bandwidthGBs: 864,
    asOf: AS_OF,
    source: measured("44.42 GiB in vLLM #15815"),
  },
  // Not in a stack's pools yet; compared by `homeport fit`.
  "rtx-pro-6000-96gb": {
    memoryGiB: 94.8,
    computeCapability: 12.0,
    bandwidthGBs: 1792,
    asOf: AS_OF,
    source: `${DATASHEET}; memory: 97,887 MiB of nvidia-smi less 0.75 GiB, not measured`,
  },
  "b200-180gb": {
    memoryGiB: 177.6,
    computeCapability: 10.0,
    bandwidthGBs: 7700,
    nvLink: true,
    asOf: AS_OF,
    source: measured("177.66 GiB free of 178.36 GiB in vLLM #21489"),
  },
  "b300-288gb": {
    memoryGiB: 267.8,
    computeCapability: 10.3,
    bandwidthGBs: 7750,
    nvLink: true,
    asOf: AS_OF,
    source: `${DATASHEET}; memory: 275,040 MiB of nvidia-smi less 0.75 GiB, not measured`,
  },
};
