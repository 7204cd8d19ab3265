import type { ModelConfig } from "../config/schema";
import type { RunningRelease } from "./running-releases";

/** The engine runs without network, telemetry, plugins and a home: what it must be told so that it does not look for them. */
const ISOLATION = {
  DO_NOT_TRACK: "1",
  HF_HUB_OFFLINE: "1",
  TRANSFORMERS_OFFLINE: "1",
  VLLM_NO_USAGE_STATS: "1",
  VLLM_PLUGINS: "",
  VLLM_MEDIA_URL_ALLOW_REDIRECTS: "0",
};

/** The root file system is read-only and the user is not in the image's passwd. */
const WRITABLE = {
  HOME: "/tmp",
  USER: "homeport",
  PYTHONDONTWRITEBYTECODE: "1",
  TORCHINDUCTOR_CACHE_DIR: "/tmp/inductor",
  TRITON_CACHE_DIR: "/tmp/triton",
  VLLM_CACHE_ROOT: "/tmp/vllm",
  XDG_CACHE_HOME: "/tmp/.cache",
  XDG_CONFIG_HOME: "/tmp/.config",
};

/** Where a runtime claim shows the engine's programs; `charts/vllm` mounts it there, read-only. */
export const ENGINE_RUNTIME_ROOT = "/opt/engine";

/** On a CPU: no core binding, because replicas share cores, and a key-value cache of a fourth of the memory. */
const onCpu = ({ resources }: ModelConfig): Record<string, string> => ({
  OMP_NUM_THREADS: `${Math.max(1, Math.floor(resources.cpu))}`,
  VLLM_CPU_KVCACHE_SPACE: `${Math.max(1, Math.floor(resources.memoryGiB / 4))}`,
  VLLM_CPU_OMP_THREADS_BIND: "nobind",
  // Whatever is left of torch.compile under enforce-eager (log probabilities) wants a C++ compiler, which no image has.
  TORCHDYNAMO_DISABLE: "1",
  // Keeps the model in the engine core's process. Beside it, a worker would spin for a second after every step: three
  // idle engines took 60 % of a core, and 10 requests/s filled two (decision 0048).
  VLLM_ENABLE_V1_MULTIPROCESSING: "0",
});

/** Environment of the engine container. */
export const engineEnvironment = (settings: ModelConfig, { variant }: RunningRelease): Record<string, string> => ({
  ...ISOLATION,
  ...WRITABLE,
  ...(variant.gpuClass === "cpu" ? onCpu(settings) : {}),
  // A runtime claim brings what vLLM works out about its models along: a start takes 20 s of CPU instead of 30.
  ...(variant.runtimeClaim ? { VLLM_CACHE_ROOT: `${ENGINE_RUNTIME_ROOT}/cache` } : {}),
  // A cold start may take all of its budget before the engine gives up on its own processes.
  VLLM_ENGINE_READY_TIMEOUT_S: `${settings.startupSeconds}`,
});
