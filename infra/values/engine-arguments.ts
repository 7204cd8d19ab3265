import type { ModelConfig } from "../config/schema";
import { engineCommandLine } from "../core/engine/command-line";
import { PORTS } from "../core/names";
import type { EngineArguments } from "../core/release";
import { shortId } from "../core/release";
import type { RunningRelease } from "./running-releases";

/** Where the release's folder is mounted. */
const MODEL_FOLDER = "/model";

/** How the engine is run, whatever the release says: none of these changes what it answers. */
const runtimeArguments = (settings: ModelConfig, { model, file, variant }: RunningRelease): EngineArguments => ({
  // The guard is the only one that talks to the engine.
  host: "127.0.0.1",
  port: PORTS.engine,
  "served-model-name": model,
  "disable-fastapi-docs": true,
  "fingerprint-mode": "custom",
  "fingerprint-value": shortId(file.id),
  // The guard refuses earlier; this bounds the queue should it ever count wrong.
  "max-num-queued-reqs": settings.maxInFlight,
  // Second line behind the guard's drain: 0, the default, aborts every running request.
  "shutdown-timeout": settings.drain.streamSeconds,
  // So that the audit line can say what a prompt would have cost on an API that has a price for cached input.
  "enable-prompt-tokens-details": true,
  "disable-access-log-for-endpoints": "/health,/metrics",
  ...(variant.tensorParallel > 1 ? { "tensor-parallel-size": variant.tensorParallel } : {}),
});

/** `vllm serve` arguments in one fixed order: the model, then flags by name. */
export function engineArguments(settings: ModelConfig, release: RunningRelease): string[] {
  const merged: EngineArguments = {
    ...release.file.content.arguments,
    ...release.variant.arguments,
    ...runtimeArguments(settings, release),
  };
  return [MODEL_FOLDER, ...engineCommandLine(release.file.content.engine.version, merged)];
}
