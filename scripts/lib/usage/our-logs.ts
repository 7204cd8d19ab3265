import { counted, type Format, named, oneLine, text, time } from "./observation";

/** The guard's line of each request: infra/agent/guard/audit.ts. */
export const GUARD_AUDIT: Format = {
  name: "homeport guard audit log",
  how: "kubectl logs -c guard of a model's pods",
  read(row) {
    if (row.audit !== "request" || !("promptTokens" in row)) return undefined;
    const atMs = time(row.time);
    const model = text(row.model);
    if (atMs === undefined || model === undefined) return undefined;
    const input = counted(row.promptTokens);
    const output = counted(row.completionTokens);
    if (input === undefined || output === undefined)
      return { without: `ended before a token: ${oneLine(row.outcome)}` };
    const policy = text(row.policy);
    return {
      // Only the event that ends a stream tells its prompt: infra/agent/guard/stream.ts.
      ...(input === 0 ? { lacks: "streams that were cut or hung up: their input is not counted" } : {}),
      observations: [
        {
          atMs,
          spanMs: 0,
          ...named(row.id),
          model,
          ...(policy ? { policy } : {}),
          requests: 1,
          inputTokens: input,
          cachedInputTokens: counted(row.cachedPromptTokens) ?? 0,
          cacheWriteTokens: 0,
          outputTokens: output,
          batch: false,
        },
      ],
    };
  },
};

/** The gateway's line of each request: charts/edge/templates/envoy-proxy.yaml. It knows no tokens, but who was turned away. */
export const GATEWAY_ACCESS: Format = {
  name: "homeport gateway access log",
  how: "logs of the Envoy pods: no tokens, but who was turned away",
  read(row) {
    if (!("data_class" in row && "request_id" in row && "status" in row)) return undefined;
    const status = Number(row.status);
    if (status === 429) return { without: "turned away by the gateway (429): demand that is not counted" };
    return { without: "access log of the gateway: has no tokens, the guard's audit lines of the same requests do" };
  },
};
