import { z } from "zod";
import { JURISDICTIONS } from "../core/aws/regions";

const Waiver = z.strictObject({
  check: z
    .string()
    .min(1)
    .meta({
      description: "The check that is waived, as its error names it.",
      examples: ["engine-floor"],
    }),
  until: z.iso.date().meta({
    description: "Last day of the waiver. After it the check fails again.",
    examples: ["2027-01-31"],
    allowed: "a date like 2027-01-31",
  }),
  reason: z
    .string()
    .min(10)
    .meta({
      description: "Why the risk is accepted, and by whom.",
      examples: ["no route from clients until the upgrade, accepted by security 2026-11-20"],
      allowed: "a sentence of at least 10 characters",
    }),
});

/** Who owns the environment, where it runs, and how strict its checks are. */
export const Environment = z
  .strictObject({
    platform: z.enum(["aws", "kubernetes"]).meta({
      description: "Where it runs: on EKS in your AWS account, or on any Kubernetes cluster that already exists.",
    }),
    profile: z.enum(["development", "standard", "regulated"]).default("standard").meta({
      description: "How strict the checks are. `regulated` forbids code from model repositories, in every release.",
    }),
    account: z
      .string()
      .regex(/^\d{12}$/)
      .optional()
      .meta({
        description:
          "AWS account, required on platform `aws`: names are made from it, and nothing is ever touched in another one.",
        examples: ["123456789012"],
        allowed: "12 digits in quotation marks",
      }),
    airgapped: z.boolean().default(false).meta({
      description:
        "No way to or from the internet: no gateway, NAT or public address; everything that runs comes from mirrors in the account, and charts from `.homeport/charts`, where `homeport bundle import` puts them.",
    }),
    owner: z
      .string()
      .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/)
      .meta({
        description: "Team that answers for the environment. Printed as a label on every object.",
        examples: ["ml-platform"],
        allowed: "1 to 63 letters, digits, dots, hyphens and underscores, with a letter or digit at both ends",
      }),
    residency: z
      .array(z.enum(JURISDICTIONS))
      .min(1)
      .optional()
      .meta({
        description:
          "Jurisdictions that data may lie in. Every region named anywhere must be in one of them. Default: any.",
        examples: [["eu"]],
      }),
    waivers: z.array(Waiver).default([]).meta({
      description: "Checks that are switched off until a date, each with its reason.",
    }),
  })
  .meta({
    description: "Who owns the environment, where it runs, and how strict its checks are.",
    examples: [{ platform: "aws", account: "123456789012", owner: "ml-platform" }],
  });
