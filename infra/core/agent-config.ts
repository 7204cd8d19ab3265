import { z } from "zod";

/**
 * What the program tells the agent image's verbs. Values render it, the agent parses it: one schema on both sides.
 * Passed as JSON in the environment variable AGENT_CONFIG; secrets come as files or as AWS_* variables, never in here.
 */

const seconds = () => z.number().positive();

/** `agent guard`: the sidecar that owns an engine pod's port. */
export const GuardConfig = z.strictObject({
  /** The name clients call; another `model` in a body is a 400. */
  model: z.string(),
  releaseName: z.string(),
  releaseId: z.string(),
  variant: z.string(),
  /** For clients; for the kubelet alone, because it can drain the pod; for whoever scrapes. */
  ports: z.strictObject({ serve: z.int(), admin: z.int(), metrics: z.int() }),
  engineUrl: z.url(),
  limits: z.strictObject({
    bodyBytes: z.int().positive(),
    maxModelLen: z.int().positive(),
    maxTokens: z.int().positive(),
    /** Requests in the engine at once, running and queued; above it 429 with Retry-After. */
    maxInFlight: z.int().positive(),
    /** Bytes of all bodies that the guard keeps at once; above it 429 with Retry-After. */
    bufferBytes: z.int().positive(),
    /** Time for a request's headers, and for the whole request with its body; 10 and 60 where not given. */
    headerSeconds: seconds().optional(),
    requestSeconds: seconds().optional(),
  }),
  drain: z.strictObject({
    /** New requests are still served this long after the stop signal, while endpoints propagate. */
    propagationSeconds: seconds(),
    /** Then running streams may take this long to finish. */
    streamSeconds: seconds(),
  }),
  watch: z.strictObject({
    intervalSeconds: seconds(),
    /** No token progress and no probe answer for this long: not ready. */
    unreadyAfterSeconds: seconds(),
    /** ... for this long: not alive, the kubelet restarts the engine. */
    restartAfterSeconds: seconds(),
  }),
});
export type GuardConfig = z.infer<typeof GuardConfig>;

/** `agent node-cache`: syncs and verifies weights onto the node's disk. */
export const NodeCacheConfig = z.strictObject({
  root: z.string(),
  store: z.strictObject({
    bucket: z.string(),
    region: z.string(),
    endpoint: z.url().optional(),
    pathStyle: z.boolean(),
  }),
  /** Release ids (`sha256:...`) this node must hold; everything else may be evicted. */
  releases: z.array(z.string()),
  maxBytes: z.int().positive(),
  parallelFiles: z.int().positive(),
  maxAttempts: z.int().positive(),
  adminPort: z.int(),
  /** Owner of the files: the engine's user. */
  owner: z.strictObject({ uid: z.int(), gid: z.int() }),
  /** Mount point that must be there (the instance store), so that a missing disk is not silently the root disk. */
  requireMount: z.string().optional(),
});
export type NodeCacheConfig = z.infer<typeof NodeCacheConfig>;

/** `agent wait-weights`: the init container that waits for the verified marker. */
export const WaitWeightsConfig = z.strictObject({
  root: z.string(),
  releaseId: z.string(),
  timeoutSeconds: seconds(),
});
export type WaitWeightsConfig = z.infer<typeof WaitWeightsConfig>;
