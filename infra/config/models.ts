import { z } from "zod";
import { Digest } from "../core/release";
import { Name, seconds } from "./fields";

const ReleaseName = Name.meta({ description: "Name of a release of this model.", examples: ["r42"] });

const replicas = () =>
  z.int().min(1).max(256).meta({ allowed: "a whole number of replicas from 1 to 256 (2 or more with `ha: true`)" });

const Candidate = z.strictObject({
  release: ReleaseName,
  step: z.enum(["staged", "canary"]).meta({
    description: "`staged`: runs and gets no requests. `canary`: gets `percent` of them.",
  }),
  percent: z
    .int()
    .min(1)
    .max(99)
    .optional()
    .meta({
      description: "Share of requests at step `canary`, in percent.",
      examples: [5],
      allowed: "a whole percentage from 1 to 99 (staged is 0 %, promote makes it 100 %)",
    }),
});

const Limits = z
  .strictObject({
    maxTokens: z.int().min(1).max(1_000_000).default(4096).meta({
      description: "Most tokens of one answer.",
      allowed: "a whole number of tokens from 1 to 1000000",
    }),
    bodyKiB: z.int().min(1).max(102_400).default(1024).meta({
      description: "Largest request body.",
      allowed: "a whole number of KiB from 1 to 102400",
    }),
  })
  .prefault({})
  .meta({ description: "Limits of one request." });

const Drain = z
  .strictObject({
    propagationSeconds: seconds(1, 120).default(8).meta({
      description: "How long a stopping pod still serves new requests, while the endpoints propagate.",
    }),
    streamSeconds: seconds(1, 7200).default(60).meta({
      description: "How long running streams may then take to finish: your p99 stream.",
    }),
    graceSeconds: seconds(1, 10_000).optional().meta({
      description: "The pod's termination grace period. Default: propagation + streams + 10 s.",
    }),
  })
  .prefault({})
  .meta({ description: "How a pod stops without losing a request." });

const Resources = z
  .strictObject({
    cpu: z.number().min(0.1).max(192).default(4).meta({
      description: "CPU cores requested for one engine.",
      allowed: "a number of cores from 0.1 to 192",
    }),
    memoryGiB: z.number().min(0.5).max(4096).default(32).meta({
      description: "Memory of one engine.",
      allowed: "a number of GiB from 0.5 to 4096",
    }),
    shmGiB: z.number().min(0.25).max(512).default(8).meta({
      description: "Shared memory of one engine (/dev/shm), counted inside its memory.",
      allowed: "a number of GiB from 0.25 to 512 (vLLM does not start with less)",
    }),
  })
  .prefault({})
  .meta({ description: "What one engine asks of its node, beside GPUs." });

const Model = z.strictObject({
  live: ReleaseName.meta({ description: "The release that answers.", examples: ["r42"] }),
  previous: z
    .array(ReleaseName)
    .default([])
    .meta({
      description: "Releases to roll back to, best first. They keep running.",
      examples: [["r41"]],
    }),
  candidate: Candidate.optional().meta({ description: "The release on its way to live." }),
  withdrawn: z
    .record(ReleaseName, z.string().min(1).meta({ allowed: "the reason, in a sentence" }))
    .default({})
    .meta({
      description: "Releases that must not serve again, each with its reason. Written by `homeport rollback`.",
      examples: [{ r40: "answers in the wrong language" }],
    }),
  generation: z.int().min(1).default(1).meta({
    description: "Rises with every promote and rollback; the cluster refuses an older one.",
    allowed: "a whole number from 1",
  }),
  releases: z.record(ReleaseName, Digest.meta({ allowed: "a release id: sha256: and 64 hex digits" })).meta({
    description: "Pins: name and id of each release, written by `homeport pin`.",
    examples: [{ r42: "sha256:<64 hex>" }],
  }),
  replicas: replicas().default(1).meta({ description: "Pods of each running release." }),
  replicasOf: z
    .record(ReleaseName, replicas())
    .default({})
    .meta({
      description: "Pods of single releases. Keyed by release, so that a rollback changes the route only.",
      examples: [{ r42: 4 }],
    }),
  ha: z.boolean().default(false).meta({ description: "Require at least two replicas of every running release." }),
  pool: Name.optional().meta({
    description:
      "Pool to run in. Default: the one pool that a variant fits. Another one moves the model, for example to a GPU family that has capacity: its variant answers there before the old one goes.",
  }),
  maxInFlight: z.int().min(1).max(10_000).default(64).meta({
    description: "Requests in one engine at once, running and queued; above it 429 with Retry-After.",
    allowed: "a whole number of requests from 1 to 10000",
  }),
  limits: Limits,
  drain: Drain,
  startupSeconds: seconds(10, 7200).default(900).meta({
    description: "Cold start budget: weights, engine and first completion.",
  }),
  resources: Resources,
});
export type Model = z.output<typeof Model>;

/** Names that clients call, each with its releases and pointers. */
export const Models = z.record(Name, Model).prefault({}).meta({
  description: "Names that clients call, each with its pinned releases and the pointers that say which serve.",
});
