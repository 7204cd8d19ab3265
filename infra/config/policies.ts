import { z } from "zod";
import { DATA_CLASSES } from "../core/data-class";
import { Name, Secret } from "./fields";

const Client = z
  .strictObject({
    key: Secret.optional().meta({ description: "The client's API key. Default: one is generated and kept." }),
  })
  .prefault({});

const Policy = z.strictObject({
  models: z
    .array(Name)
    .min(1)
    .meta({ description: "Models that the clients may call.", examples: [["chat"]] }),
  default: Name.optional().meta({
    description: "Model that answers at the policy's own address. Default: the only model, if there is one.",
  }),
  class: z.enum(DATA_CLASSES).default("restricted").meta({
    description: "Most sensitive data that the clients may send. It decides where requests may be answered.",
  }),
  clients: z
    .record(Name, Client)
    .prefault({ default: {} })
    .meta({ description: "Who may call, each with a key of its own.", examples: [{ web: {} }] }),
  rotation: z.int().min(1).default(1).meta({
    description: "Raise it to replace every generated key of the policy.",
    allowed: "a whole number from 1",
  }),
});

/** Who may call which models, with which data class. */
export const Policies = z
  .record(Name, Policy)
  .prefault({})
  .meta({ description: "Who may call which models, with which data class." });
