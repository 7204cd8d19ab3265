/** Flags that a release must not set: each has another home, or opens something that Homeport keeps shut. */
const REASONS: readonly (readonly [reason: string, fix: string, flags: readonly string[]])[] = [
  [
    "Homeport sets it: the guard owns the pod's port, the engine listens on loopback",
    "leave it out",
    ["host", "port", "uds", "root-path", "grpc", "grpc-port", "api-key", "headless", "config"],
  ],
  [
    "TLS ends at the gateway",
    "leave it out",
    ["ssl-ca-certs", "ssl-cert-reqs", "ssl-certfile", "ssl-ciphers", "ssl-keyfile", "enable-ssl-refresh"],
  ],
  [
    "the release pins it by content",
    "pin another release",
    [
      "model",
      "served-model-name",
      "revision",
      "tokenizer",
      "tokenizer-revision",
      "code-revision",
      "hf-config-path",
      "chat-template",
      "generation-config",
      "hf-token",
      "download-dir",
      "quantization",
      "fingerprint-mode",
      "fingerprint-value",
    ],
  ],
  [
    "the release's variant says it",
    "set tensorParallel of the variant",
    ["tensor-parallel-size", "pipeline-parallel-size", "data-parallel-size"],
  ],
  ["it follows from the model's drain seconds", "set models.<model>.drain", ["shutdown-timeout"]],
  ["adapters are not served yet", "merge them into the weights and pin the result", ["lora-modules"]],
  [
    "it runs code that comes with the weights or from outside the image",
    "pin a model that needs no code of its own",
    [
      "trust-remote-code",
      "middleware",
      "logits-processors",
      "tool-parser-plugin",
      "reasoning-parser-plugin",
      "io-processor-plugin",
      "worker-cls",
      "worker-extension-cls",
      "scheduler-cls",
      "model-class-overrides",
    ],
  ],
  [
    "it lets a request reach files, memory or templates of the server",
    "leave it out",
    [
      "allowed-local-media-path",
      "enable-prompt-embeds",
      "enable-mm-embeds",
      "trust-request-chat-template",
      "trust-request-mm-kwargs",
      "tool-server",
    ],
  ],
  [
    "it writes prompts or answers to the log",
    "leave it out; the guard's audit line holds no text",
    ["enable-log-requests", "enable-log-outputs", "enable-log-deltas", "max-log-len"],
  ],
  [
    "the browser-facing rules live at the gateway",
    "leave it out",
    ["allowed-origins", "allowed-methods", "allowed-headers", "allow-credentials"],
  ],
  [
    "the guard needs it as it is",
    "leave it out",
    ["disable-log-stats", "disable-access-log-for-endpoints", "enable-prompt-tokens-details"],
  ],
  ["warmth decides it", "leave it out", ["enable-sleep-mode", "sleep-mode-backend"]],
];

const OWNED = new Map(REASONS.flatMap(([allowed, fix, flags]) => flags.map((flag) => [flag, { allowed, fix }])));

/** Why a release must not set this flag, or nothing. */
export const ownedFlag = (flag: string): { allowed: string; fix: string } | undefined => OWNED.get(flag);
