import { z } from "zod";
import { CidrBlock, Name, RegionName, seconds } from "./fields";

/** How requests reach the models. */
export const Traffic = z
  .strictObject({
    hostname: z
      .string()
      .max(253)
      .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/)
      .optional()
      .meta({
        description:
          "Host name that clients use; on platform `aws` the end of every model's own, `<model>.<hostname>`. Default: any, and on `aws` the load balancers' names.",
        examples: ["llm.example.com"],
        allowed: "a host name like llm.example.com",
      }),
    port: z.int().min(1).max(65_535).optional().meta({
      description:
        "Port of the gateway. Default: 80, with `tlsSecret` 443. On `aws` clients use 443 as soon as they talk TLS.",
      allowed: "a port from 1 to 65535",
    }),
    proxyReplicas: z.int().min(1).max(64).default(2).meta({
      description: "Envoy pods of each gateway.",
      allowed: "a whole number of pods from 1 to 64",
    }),
    streamIdleSeconds: seconds(5, 3600).default(300).meta({
      description:
        "A stream without a byte for this long is ended. Streams have no total time-out. At most 340 where a network load balancer ends TLS, whose memory is fixed; others remember silent connections as long as this asks.",
    }),
    regionShares: z
      .record(
        RegionName.meta({ allowed: "a region of this stack" }),
        z.int().min(0).max(100).meta({ allowed: "a whole percentage from 0 to 100" }),
      )
      .optional()
      .meta({
        description:
          "Share of requests per region, in percent; a region of 0 stands by until no other one is healthy. Default: equal.",
        examples: [{ "us-east-1": 70, "us-west-2": 30 }],
      }),
    exposure: z.enum(["internal", "public"]).default("internal").meta({
      description:
        "Who can reach the load balancers: the VPC and networks joined to it, or the addresses in `allowedCidrs` (platform `aws`).",
    }),
    allowedCidrs: z
      .array(CidrBlock)
      .default([])
      .meta({
        description: "Addresses that may reach the load balancers. Default when internal: the VPC's own range.",
        examples: [["203.0.113.0/24"]],
      }),
    hostedZoneId: z
      .string()
      .regex(/^Z[A-Z0-9]{1,31}$/)
      .optional()
      .meta({
        description:
          "Route 53 zone for the models' names (`<model>.<hostname>`) and for the certificates' proof (platform `aws`).",
        examples: ["Z0123456789ABCDEFGHIJ"],
        allowed: "a hosted zone id like Z0123456789ABCDEFGHIJ",
      }),
    certificates: z
      .record(
        RegionName,
        z
          .string()
          .regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]{36}$/)
          .meta({ allowed: "the ARN of an ACM certificate" }),
      )
      .default({})
      .meta({
        description:
          "ACM certificate of each region's load balancers. Default: one is made and proven by `hostedZoneId`; without either, the load balancers take plain HTTP and stay internal.",
      }),
    tlsSecret: Name.optional().meta({
      description:
        "Secret (kubernetes.io/tls) in namespace homeport-edge with the certificate for *.<hostname>: Envoy ends TLS, and on `aws` the load balancers pass it through, so that nothing is plain between clients and proxies. You or cert-manager make and renew it; until it is there no connection is taken. Its content never enters this file or the state. In place of `certificates`.",
      examples: ["models-tls"],
    }),
    globalAccelerator: z.boolean().default(false).meta({
      description:
        "Two fixed addresses for each model in front of all regions, each client to the nearest one; needs `webFirewall` and `exposure: public` (platform `aws`).",
    }),
    webFirewall: z.boolean().default(false).meta({
      description:
        "Application Load Balancers with AWS WAF in place of network load balancers; body size rules only count, so that long prompts pass (platform `aws`).",
    }),
  })
  .prefault({})
  .meta({ description: "How requests reach the models." });
