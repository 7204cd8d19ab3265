import { resolve } from "node:path";
import OpenAI from "openai";
import { policyKey, policyUrl } from "../../scripts/local/client-access";

/** The official client against the running platform (`npm run local`): what the README tells users to do. */
const CHECKOUT = resolve(__dirname, "../..");
const QUESTION = [{ role: "user" as const, content: "Who answers?" }];

let client: OpenAI;
let baseURL: string;

beforeAll(async () => {
  baseURL = await policyUrl(CHECKOUT, undefined);
  client = new OpenAI({ baseURL, apiKey: await policyKey(CHECKOUT, undefined), maxRetries: 0 });
});

it("answers a chat, names its release and counts its tokens", async () => {
  const { data, response } = await client.chat.completions
    .create({ model: "chat", messages: QUESTION, max_tokens: 8, temperature: 0 })
    .withResponse();
  expect(response.headers.get("x-homeport-release")).toMatch(/^r-[0-9a-f]{10}$/);
  expect(data.usage?.completion_tokens).toBe(8);
  expect(data.choices[0]?.message.content?.length).toBeGreaterThan(0);
});

it("streams the same text that it answers whole", async () => {
  const ask = { model: "chat", messages: QUESTION, max_tokens: 16, temperature: 0 };
  const whole = await client.chat.completions.create(ask);
  let streamed = "";
  let finish: string | null | undefined;
  for await (const { choices } of await client.chat.completions.create({ ...ask, stream: true })) {
    streamed += choices[0]?.delta.content ?? "";
    finish = choices[0]?.finish_reason ?? finish;
  }
  expect(finish).toBe("length");
  expect(streamed).toBe(whole.choices[0]?.message.content);
});

it("lists the one model of its policy", async () => {
  const { data } = await client.models.list();
  expect(data.map(({ id }) => id)).toEqual(["chat"]);
});

it("says in the client's own error types what is wrong", async () => {
  const stranger = new OpenAI({ baseURL, apiKey: "not-a-key", maxRetries: 0 });
  await expect(stranger.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  const other = client.chat.completions.create({ model: "gpt-9", messages: QUESTION, max_tokens: 1 });
  await expect(other).rejects.toBeInstanceOf(OpenAI.BadRequestError);
});
