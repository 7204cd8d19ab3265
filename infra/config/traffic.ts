import { z } from "zod";
import { seconds } from "./fields";

/** How requests reach the models. */
export const Traffic = z
  .strictObject({
    hostname: z
      .string()
      .max(253)
      .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/)
      .optional()
      .meta({
        description: "Host name that clients use. Default: any.",
        examples: ["llm.example.com"],
        allowed: "a host name like llm.example.com",
      }),
    port: z.int().min(1).max(65_535).default(80).meta({
      description: "Port of the gateway.",
      allowed: "a port from 1 to 65535",
    }),
    proxyReplicas: z.int().min(1).max(64).default(2).meta({
      description: "Envoy pods of each gateway.",
      allowed: "a whole number of pods from 1 to 64",
    }),
    streamIdleSeconds: seconds(5, 3600).default(300).meta({
      description: "A stream without a byte for this long is ended. Streams have no total time-out.",
    }),
    regionShares: z
      .record(
        z
          .string()
          .regex(/^[a-z][a-z0-9-]{0,19}$/)
          .meta({ allowed: "a region of this stack" }),
        z.int().min(0).max(100).meta({ allowed: "a whole percentage from 0 to 100" }),
      )
      .optional()
      .meta({
        description: "Share of requests per region, in percent. Default: equal.",
        examples: [{ "us-east-1": 70, "us-west-2": 30 }],
      }),
  })
  .prefault({})
  .meta({ description: "How requests reach the models." });
