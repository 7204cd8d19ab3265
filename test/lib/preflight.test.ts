import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperationError } from "../../infra/core/errors";
import { type Asked, answerLine, answersTo, type Check } from "../../scripts/lib/preflight/check";
import { covers } from "../../scripts/lib/preflight/names";
import { toolChecks } from "../../scripts/lib/preflight/tools";

const check = (name: string, look: Check["look"]): Check => ({ name, look });

describe("answers of preflight", () => {
  it("are all there and in order, whatever fails", async () => {
    let counted = 0;
    const answers = await answersTo(
      [
        check("denied", async () => {
          throw new OperationError("not allowed: ec2:DescribeImages", "let this role do ec2:DescribeImages");
        }),
        check("good", async () => ({ found: "three" })),
        check("odd", async () => {
          throw new TypeError("x is not a function");
        }),
        check("short", async () => ({ found: "0 of 2", fix: "ask for 2" })),
      ],
      () => {
        counted += 1;
      },
    );
    expect(answers.map(answerLine)).toEqual([
      "✗ denied: not allowed: ec2:DescribeImages; let this role do ec2:DescribeImages",
      "✓ good: three",
      expect.stringMatching(/^✗ odd: TypeError: x is not a function; .*HOMEPORT_DEBUG=1/),
      "✗ short: 0 of 2; ask for 2",
    ]);
    expect(counted).toBe(4);
  });

  it("do not wait for ever for one that does not come", async () => {
    const answers = await answersTo([check("deaf", () => new Promise(() => undefined))], () => undefined, 20);
    expect(answers.map(answerLine)).toEqual([
      "✗ deaf: no answer within 0.02 s; check the network, proxies and the endpoint (AWS_ENDPOINT_URL)",
    ]);
  });
});

describe("a certificate's name", () => {
  it.each([
    ["chat.llm.example.com", "chat.llm.example.com", true],
    ["*.llm.example.com", "chat.llm.example.com", true],
    ["*.example.com", "chat.llm.example.com", false],
    ["*.llm.example.com", "llm.example.com", false],
    ["llm.example.com", "chat.llm.example.com", false],
  ])("%s covers %s: %p", (name, host, expected) => expect(covers(name, host)).toBe(expected));
});

describe("tools", () => {
  const folder = mkdtempSync(join(tmpdir(), "homeport-path-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const lines = async (via: string): Promise<string[]> => {
    const asked = { config: { cluster: { access: { via } } } } as unknown as Asked;
    return (await answersTo(toolChecks(asked, folder), () => undefined)).map(answerLine);
  };

  it("must be executable files on the PATH, the plugin only for a tunnel", async () => {
    writeFileSync(join(folder, "aws"), "");
    writeFileSync(join(folder, "pulumi"), "");
    chmodSync(join(folder, "pulumi"), 0o755);
    const both = [
      `✓ tool pulumi: ${join(folder, "pulumi")}`,
      expect.stringMatching(/^✗ tool aws: not on the PATH; install it/),
    ];
    expect(await lines("public")).toEqual(both);
    expect(await lines("tunnel")).toEqual([
      ...both,
      expect.stringMatching(/^✗ tool session-manager-plugin: not on the PATH/),
    ]);
  });
});
