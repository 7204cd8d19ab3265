import { createServer } from "node:http";

/**
 * An engine that answers at once and always the same: what is measured against it is the way to it. Bundled into one
 * file and run in a pod; it listens on every address, so that it can also be asked directly.
 */
const ANSWER = JSON.stringify({
  id: "chatcmpl-0",
  object: "chat.completion",
  created: 0,
  model: "bench",
  choices: [{ index: 0, message: { role: "assistant", content: "ka" }, finish_reason: "length" }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

const server = createServer((request, response) => {
  request.resume().on("end", () => {
    response.writeHead(200, { "content-type": "application/json", "content-length": ANSWER.length }).end(ANSWER);
  });
});
server.listen(Number(process.env.STUB_PORT ?? 8000), () => console.log(JSON.stringify(server.address())));
