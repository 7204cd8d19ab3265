import { z } from "zod";

/**
 * What a client may say to the engine, field by field; a field that is not here never reaches it. Missing on purpose:
 * token ids (a negative one ends old engines), prompt_embeds, mm_processor_kwargs, chat_template, cache_salt, priority,
 * kv_transfer_params, logits processors, vLLM's extra sampling arguments, images, audio and URLs.
 */

const MAX_SEQUENCES = 8;
const MAX_STOPS = 4;
const MAX_LOGPROBS = 20;

const optional = <T extends z.ZodType>(type: T) => type.nullish();
const object = z.record(z.string(), z.unknown());
const functionName = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "letters, digits, _ . -, at most 64");

const sampling = {
  model: optional(z.string()),
  stream: optional(z.boolean()),
  stream_options: optional(z.strictObject({ include_usage: optional(z.boolean()) })),
  n: optional(z.int().min(1).max(MAX_SEQUENCES)),
  max_tokens: optional(z.int().min(1)),
  min_tokens: optional(z.int().min(0)),
  temperature: optional(z.number().min(0).max(2)),
  top_p: optional(z.number().gt(0).max(1)),
  top_k: optional(z.int().min(-1).max(1000)),
  min_p: optional(z.number().min(0).max(1)),
  presence_penalty: optional(z.number().min(-2).max(2)),
  frequency_penalty: optional(z.number().min(-2).max(2)),
  repetition_penalty: optional(z.number().gt(0).max(2)),
  seed: optional(z.int()),
  stop: optional(z.union([z.string().min(1), z.array(z.string().min(1)).max(MAX_STOPS)])),
  ignore_eos: optional(z.boolean()),
  /** Accepted because OpenAI clients send it; not passed on. */
  user: optional(z.string().max(512)),
};

const Message = z.strictObject({
  role: z.enum(["system", "developer", "user", "assistant", "tool"]),
  content: z
    .union([z.string(), z.array(z.strictObject({ type: z.literal("text"), text: z.string() })).max(256)])
    .nullish(),
  name: optional(z.string().max(64)),
  tool_call_id: optional(z.string().max(128)),
  tool_calls: z
    .array(
      z.strictObject({
        id: z.string().max(128),
        type: z.literal("function"),
        function: z.strictObject({ name: functionName, arguments: z.string() }),
      }),
    )
    .max(128)
    .nullish(),
  // Clients send an earlier answer back as they got it, with these in it; they are not passed on.
  refusal: optional(z.string()),
  annotations: optional(z.array(z.never())),
  audio: optional(z.never()),
  function_call: optional(z.never()),
  reasoning: optional(z.string()),
  reasoning_content: optional(z.string()),
});

export const ChatFields = z.strictObject({
  ...sampling,
  messages: z.array(Message).min(1).max(4096),
  max_completion_tokens: optional(z.int().min(1)),
  logprobs: optional(z.boolean()),
  top_logprobs: optional(z.int().min(0).max(MAX_LOGPROBS)),
  tools: optional(
    z
      .array(
        z.strictObject({
          type: z.literal("function"),
          function: z.strictObject({
            name: functionName,
            description: optional(z.string()),
            parameters: optional(object),
            strict: optional(z.boolean()),
          }),
        }),
      )
      .max(128),
  ),
  tool_choice: optional(
    z.union([
      z.enum(["none", "auto", "required"]),
      z.strictObject({ type: z.literal("function"), function: z.strictObject({ name: functionName }) }),
    ]),
  ),
  parallel_tool_calls: optional(z.boolean()),
  response_format: optional(
    z.discriminatedUnion("type", [
      z.strictObject({ type: z.literal("text") }),
      z.strictObject({ type: z.literal("json_object") }),
      z.strictObject({
        type: z.literal("json_schema"),
        json_schema: z.strictObject({
          name: functionName,
          description: optional(z.string()),
          schema: optional(object),
          strict: optional(z.boolean()),
        }),
      }),
    ]),
  ),
  reasoning_effort: optional(z.enum(["none", "minimal", "low", "medium", "high"])),
});
export type ChatFields = z.infer<typeof ChatFields>;

export const CompletionFields = z.strictObject({
  ...sampling,
  prompt: z.union([z.string(), z.array(z.string()).min(1).max(MAX_SEQUENCES)]),
  logprobs: optional(z.int().min(0).max(MAX_LOGPROBS)),
});
export type CompletionFields = z.infer<typeof CompletionFields>;

/** Accepted for the client's sake, of no use to the engine. */
export const NOT_PASSED_ON = {
  body: ["user"],
  message: ["refusal", "annotations", "audio", "function_call", "reasoning", "reasoning_content"],
} as const;
