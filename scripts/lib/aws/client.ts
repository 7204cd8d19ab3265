import { explained } from "./explain";

/** What the SDK's clients have in common. */
interface Client {
  middlewareStack: {
    add(
      middleware: (
        next: (args: never) => Promise<never>,
        context: { commandName?: string },
      ) => (args: never) => Promise<never>,
      options: { step: "initialize"; name: string },
    ): void;
  };
  config: { serviceId: string };
}

/** Attempts of one call; the SDK waits longer before each, at most 20 s. */
const ATTEMPTS = 6;

/**
 * A client of the SDK whose refusals read as sentences. Credentials and endpoint come from the usual AWS_* variables,
 * profile or role, unless `config` says otherwise.
 */
export function awsClient<C, Config extends object>(
  Service: new (config: Config & { maxAttempts: number }) => C,
  config: Config,
): C {
  const client = new Service({ maxAttempts: ATTEMPTS, ...config });
  const { middlewareStack, config: settings } = client as unknown as Client;
  middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        try {
          return await next(args);
        } catch (error) {
          throw explained(error, settings.serviceId, commandName.replace(/Command$/, ""));
        }
      },
    { step: "initialize", name: "homeportExplains" },
  );
  return client;
}

/** Whether AWS says that something is not there (or one of `names`), as opposed to any other failure. */
export const isMissing = (error: unknown, ...names: string[]): boolean =>
  error instanceof Error && (names.includes(error.name) || /NotFound|^NoSuch/.test(error.name));
