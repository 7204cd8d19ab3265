import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { MockCallArgs, MockResourceArgs, Mocks } from "@pulumi/pulumi/runtime";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { awsAnswer, awsId } from "./aws-answers";
import { plainInputs } from "./plain-inputs";

/** One resource that the program would create. */
export interface PlannedResource {
  urn: string;
  type: string;
  name: string;
  /** Empty for the stack's own children. */
  parent: string;
  /** URN of the provider it goes through; empty for the SDK's default one. */
  provider: string;
  /** As the program gave them; secrets are `${secret:path}`. */
  inputs: Record<string, unknown>;
  /** URNs that must exist first, sorted. */
  dependencies: string[];
  protect: boolean;
  retainOnDelete: boolean;
}

type Answer = (error: Error | null | undefined, response?: { getUrn(): string }) => void;

/**
 * Records what a program registers, with the options that the SDK's mocks do not show (protect, dependencies, provider).
 * Generated secrets answer with their placeholder, so that no value is ever made.
 */
export class Recorder implements Mocks {
  readonly resources: PlannedResource[] = [];

  /** In a preview, what AWS would answer is unknown. */
  constructor(private readonly preview: boolean) {}

  newResource({ type, name, inputs }: MockResourceArgs) {
    if (type.startsWith("aws:"))
      return this.preview
        ? { id: undefined, state: inputs }
        : { id: awsId(name), state: awsAnswer(type, name, inputs) };
    const state =
      type === "random:index/randomPassword:RandomPassword" ? { ...inputs, result: placeholder(name) } : inputs;
    return { id: type.startsWith("pulumi:providers:") ? name : `${name}_id`, state };
  }

  call({ token }: MockCallArgs): never {
    throw new Error(`${token}: the program must not look anything up`);
  }

  add(request: RegisterResourceRequest, urn: string): void {
    if (request.getType() === "pulumi:pulumi:Stack") return;
    this.resources.push({
      urn,
      type: request.getType(),
      name: request.getName(),
      parent: request.getParent().includes("::pulumi:pulumi:Stack::") ? "" : request.getParent(),
      provider: request.getProvider().replace(/::[^:]*$/, ""),
      inputs: plainInputs(request.getObject()?.toJavaScript() ?? {}),
      dependencies: [...new Set(request.getDependenciesList())].sort(),
      protect: request.getProtect() ?? false,
      retainOnDelete: request.getRetainondelete() ?? false,
    });
  }
}

/** Resources that make secrets are named by the secret's path in the stack file. */
const placeholder = (path: string): string => `\${secret:${path}}`;

// The monitor is a class of the SDK, so its prototype is the only place to listen.
const register = MockMonitor.prototype.registerResource;
MockMonitor.prototype.registerResource = function (request: RegisterResourceRequest, answer: Answer) {
  return register.call(this, request, (error: Error | null | undefined, response?: { getUrn(): string }) => {
    if (this.mocks instanceof Recorder && response !== undefined) this.mocks.add(request, response.getUrn());
    answer(error, response);
  });
};
