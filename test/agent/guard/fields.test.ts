import fc from "fast-check";
import { type Call, chatCall, completionCall, uncapped } from "../../../infra/agent/guard/call";
import { RequestProblem } from "../../../infra/agent/guard/problem";

const limits = { model: "chat", maxTokens: 512, maxModelLen: 1024, maxInFlight: 8 };
const alice = { client: "alice", policy: "app" };
const bytes = (body: unknown): Buffer => Buffer.from(JSON.stringify(body));
const messages = [{ role: "user", content: "hi" }];

const chat = (body: object, caller = alice): Call => chatCall(bytes(body), caller, limits);
const complete = (body: object, caller = alice): Call => completionCall(bytes(body), caller, limits);
const sent = (call: Call) => JSON.parse(String(call.body)) as Record<string, unknown>;

function problemOf(run: () => Call): RequestProblem {
  try {
    run();
  } catch (error) {
    if (error instanceof RequestProblem) return error;
    throw error;
  }
  throw new Error("was accepted");
}

describe("fields the engine must never get", () => {
  it.each<[string, object]>([
    ["n", { n: 1e6 }],
    ["n", { n: 0 }],
    ["n", { n: 1.5 }],
    ["max_tokens", { max_tokens: 513 }],
    ["max_tokens", { max_tokens: "5" }],
    ["max_tokens", { max_tokens: -1 }],
    ["max_completion_tokens", { max_completion_tokens: 513 }],
    ["min_tokens", { min_tokens: 1_000_000 }],
    ["min_tokens", { min_tokens: 20, max_tokens: 10 }],
    ["temperature", { temperature: 2.1 }],
    ["top_p", { top_p: 0 }],
    ["top_logprobs", { logprobs: true, top_logprobs: 21 }],
    ["top_logprobs", { top_logprobs: 5 }],
    ["stop", { stop: ["a", "b", "c", "d", "e"] }],
    ["stop", { stop: [1] }],
    ["stop_token_ids", { stop_token_ids: [-1] }],
    ["allowed_token_ids", { allowed_token_ids: [-1] }],
    ["bad_words", { bad_words: ["x"] }],
    ["logit_bias", { logit_bias: { "-1": 100 } }],
    ["prompt_embeds", { prompt_embeds: "AAAA" }],
    ["mm_processor_kwargs", { mm_processor_kwargs: { x: 1 } }],
    ["chat_template", { chat_template: "{{ x }}" }],
    ["chat_template_kwargs", { chat_template_kwargs: {} }],
    ["cache_salt", { cache_salt: "another client's" }],
    ["priority", { priority: -5 }],
    ["kv_transfer_params", { kv_transfer_params: {} }],
    ["vllm_xargs", { vllm_xargs: {} }],
    ["logits_processors", { logits_processors: ["os.system"] }],
    ["structured_outputs", { structured_outputs: { regex: "(a+)+$" } }],
    ["stream_options.continuous_usage_stats", { stream: true, stream_options: { continuous_usage_stats: true } }],
    ["stream_options", { stream_options: { include_usage: true } }],
    ["messages.0.content", { messages: [{ role: "user", content: 5 }] }],
    [
      "messages.0.content",
      { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "http://169.254.169.254" } }] }] },
    ],
    ["messages.0.tokens", { messages: [{ role: "user", content: "x", tokens: [1] }] }],
    ["messages.0.role", { messages: [{ role: "root", content: "x" }] }],
    ["messages", { messages: [] }],
    ["tools.0.type", { tools: [{ type: "shell" }] }],
  ])("%s in %j is a 400 that names it", (field, extra) => {
    const { status, facts, message } = problemOf(() => chat({ messages, ...extra }));
    expect({ status, named: facts.param?.startsWith(field) || field.startsWith(facts.param ?? "?") }).toEqual({
      status: 400,
      named: true,
    });
    expect(message).toContain(field.split(".")[0]);
  });

  it.each<[string, object]>([
    ["prompt", { prompt: [1, 2, 3] }],
    ["prompt", { prompt: [[1, -2]] }],
    ["prompt", { prompt: Array(9).fill("x") }],
    ["prompt", {}],
    ["n", { prompt: ["a", "b"], n: 5 }],
    ["logprobs", { prompt: "x", logprobs: 21 }],
    ["echo", { prompt: "x", echo: true }],
    ["best_of", { prompt: "x", best_of: 100 }],
  ])("completions: %s in %j is a 400 that names it", (field, body) => {
    const { status, facts } = problemOf(() => complete(body));
    expect([status, facts.param]).toEqual([400, field]);
  });

  it("a `__proto__` key is a field like any other that is not on the list", () => {
    const body = Buffer.from('{"messages":[{"role":"user","content":"x"}],"__proto__":{"n":1000000}}');
    const outcome = (() => {
      try {
        return sent(chatCall(body, alice, limits));
      } catch (error) {
        return error;
      }
    })();
    expect(JSON.stringify(outcome)).not.toContain("1000000");
    expect(({} as Record<string, unknown>).n).toBeUndefined();
  });

  it("another model is a 400 in OpenAI's shape; none means the one served here", () => {
    const problem = problemOf(() => chat({ model: "gpt-4", messages }));
    expect([problem.status, problem.code, problem.facts.param]).toEqual([400, "model_not_found", "model"]);
    expect(sent(chat({ messages })).model).toBe("chat");
  });

  it("whatever a client sends, the engine gets only fields of the list", () => {
    const passes = new Set([
      "model",
      "messages",
      "stream",
      "stream_options",
      "n",
      "max_tokens",
      "max_completion_tokens",
      "min_tokens",
      "temperature",
      "top_p",
      "top_k",
      "min_p",
      "presence_penalty",
      "frequency_penalty",
      "repetition_penalty",
      "seed",
      "stop",
      "ignore_eos",
      "logprobs",
      "top_logprobs",
      "tools",
      "tool_choice",
      "parallel_tool_calls",
      "response_format",
      "reasoning_effort",
      "cache_salt",
    ]);
    const inMessage = new Set(["role", "content", "name", "tool_call_id", "tool_calls"]);
    const hostile = fc.oneof(
      fc.string(),
      fc.constantFrom(
        ...passes,
        "prompt_embeds",
        "cache_salt",
        "priority",
        "prompt",
        "logits_processors",
        "__proto__",
        "constructor",
      ),
    );
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.dictionary(hostile, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
        fc.dictionary(hostile, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 }),
        fc.record({ temperature: fc.double({ min: 0, max: 2, noNaN: true }), user: fc.string() }, { requiredKeys: [] }),
        (extra, inside, good) => {
          let body: Record<string, unknown>;
          try {
            body = sent(chat({ ...extra, ...good, messages: [{ ...inside, role: "user", content: "hi" }] }));
          } catch (error) {
            expect(error).toBeInstanceOf(RequestProblem);
            expect((error as RequestProblem).status).toBe(400);
            return;
          }
          accepted++;
          expect(Object.keys(body).filter((key) => !passes.has(key))).toEqual([]);
          const [message] = body.messages as object[];
          expect(Object.keys(message ?? {}).filter((key) => !inMessage.has(key))).toEqual([]);
          expect(body.cache_salt).toBe(sent(chat({ messages })).cache_salt);
          expect(body.model).toBe("chat");
        },
      ),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(20);
  });
});

describe("what the engine gets", () => {
  it("what OpenAI's client sends by default, nulls left out", () => {
    const body = {
      model: "chat",
      messages,
      temperature: 0,
      n: null,
      stop: null,
      user: "u1",
      stream: true,
      stream_options: null,
    };
    const { cache_salt: salt, ...rest } = sent(chat(body));
    expect(salt).toMatch(/^[\w-]{43}$/);
    expect(rest).toEqual({
      model: "chat",
      messages,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 512,
    });
  });

  it("a conversation with tool calls, as the client got them back", () => {
    const call = { id: "c1", type: "function", function: { name: "weather", arguments: '{"city":"Rome"}' } };
    const conversation = [
      { role: "system", content: [{ type: "text", text: "be brief" }] },
      { role: "user", content: "weather?" },
      {
        role: "assistant",
        content: null,
        refusal: null,
        annotations: [],
        audio: null,
        function_call: null,
        tool_calls: [call],
      },
      { role: "tool", tool_call_id: "c1", content: "sunny" },
    ];
    const tools = [{ type: "function", function: { name: "weather", parameters: { type: "object", properties: {} } } }];
    const body = sent(chat({ messages: conversation, tools, tool_choice: "auto", parallel_tool_calls: false }));
    expect(body.tools).toEqual(tools);
    expect(body.messages).toEqual([
      conversation[0],
      conversation[1],
      { role: "assistant", tool_calls: [call] },
      conversation[3],
    ]);
  });

  it("the same salt for one client, another for each other client and policy, never its name", () => {
    const salt = (client: string, policy: string) => sent(chat({ messages }, { client, policy })).cache_salt as string;
    const salts = [salt("a", "app"), salt("b", "app"), salt("a", "web"), salt("", ""), salt("aapp", "")];
    expect(new Set(salts).size).toBe(5);
    expect(salt("a", "app")).toBe(salts[0]);
    expect(salt("alice-in-plain", "app")).not.toContain("alice");
  });

  it("counts sequences: prompts times answers", () => {
    expect(complete({ prompt: ["a", "b"], n: 3 }).sequences).toBe(6);
    expect(chat({ messages }).sequences).toBe(1);
  });

  it("a chat without a token cap gets ours, with the uncapped body kept for a prompt that leaves less room", () => {
    const call = chat({ messages });
    expect(sent(call)).toEqual({ ...JSON.parse(String(uncapped(call))), max_tokens: 512 });
    expect(JSON.parse(String(uncapped(call))).max_tokens).toBeUndefined();
    expect(uncapped(chat({ messages, max_completion_tokens: 5 }))).toBeUndefined();
    expect(uncapped(complete({ prompt: "x" }))).toBeUndefined();
    expect(uncapped(chatCall(bytes({ messages }), alice, { ...limits, maxTokens: 1024 }))).toBeUndefined();
  });
});
