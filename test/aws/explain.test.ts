import { HeadBucketCommand, PutBucketEncryptionCommand, S3Client } from "@aws-sdk/client-s3";
import { awsClient } from "../../scripts/lib/aws/client";
import { explained } from "../../scripts/lib/aws/explain";
import { bucketItem } from "../../scripts/lib/init/bucket";
import { loopback } from "../support/loopback";

const xml = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;

async function answerOf(status: number, body: string, send: (s3: S3Client) => Promise<unknown>) {
  const server = await loopback((request, response) => {
    request.resume();
    response.writeHead(status, { "content-type": "application/xml" }).end(body);
  });
  const credentials = { accessKeyId: "test", secretAccessKey: "test-secret" };
  const config = { region: "us-east-1", endpoint: `http://${server.host}`, credentials, maxAttempts: 2 };
  const s3 = awsClient(S3Client, config);
  const message = await send(s3).then(
    () => "no error",
    (error: Error) => error.message,
  );
  const asked = server.seen.length;
  s3.destroy();
  await server.close();
  return { message, asked };
}

const head = (s3: S3Client) => s3.send(new HeadBucketCommand({ Bucket: "b" }));
const encrypt = (s3: S3Client) =>
  s3.send(new PutBucketEncryptionCommand({ Bucket: "b", ServerSideEncryptionConfiguration: { Rules: [] } }));

test("a denied call names the IAM action that is missing, also where the call has another name or no body", async () => {
  expect((await answerOf(403, "", head)).message).toBe("not allowed: s3:ListBucket; let this role do s3:ListBucket");
  expect((await answerOf(403, xml("AccessDenied"), encrypt)).message).toBe(
    "not allowed: s3:PutEncryptionConfiguration (no); let this role do s3:PutEncryptionConfiguration",
  );
});

test("a throttled call is tried again, with an end, and says that what is done is kept", async () => {
  const { message, asked } = await answerOf(503, xml("SlowDown"), encrypt);
  expect(asked).toBe(2);
  expect(message).toBe(
    "AWS throttles s3:PutBucketEncryption, 2 attempts were in vain; wait a minute and run the command again: what is done is kept",
  );
});

test("expired and unknown credentials are told apart, and what a caller decides on passes", () => {
  const named = (name: string) => Object.assign(new Error("x"), { name });
  const say = (name: string) => (explained(named(name), "STS", "GetCallerIdentity") as Error).message;
  expect(say("ExpiredTokenException")).toContain("have expired; log in again");
  expect(say("InvalidClientTokenId")).toContain("does not know these credentials");
  expect(say("CredentialsProviderError")).toContain("has no AWS credentials");
  expect(say("NoSuchBucket")).toBe("x");
});

test("init does not take another account's bucket for its own", async () => {
  const server = await loopback((_, response) => response.writeHead(403).end());
  const set = { AWS_ENDPOINT_URL: `http://${server.host}`, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
  Object.assign(process.env, set);
  const place = { environment: "prod", account: "123456789012", region: "us-east-1" };
  const bucket = bucketItem(place, { name: "homeport-state", key: "state", tags: {} });
  const message = await bucket.look().catch((error: Error) => error.message);
  for (const name of Object.keys(set)) delete process.env[name];
  await server.close();
  expect(message).toContain("bucket homeport-state is there and closed to these credentials");
  expect(server.seen).toEqual(["HEAD /homeport-state/"]);
});
