import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { OperationError } from "../../../infra/core/errors";
import { registerSecret } from "../redact";

type Get = (path: string, accept?: string) => Promise<Response>;

/** GET below `/v2/<name>/` of a registry, with the token dance of the distribution spec; plain HTTP only on loopback. */
export function registryClient(registry: string, name: string, env: NodeJS.ProcessEnv = process.env): Get {
  const base = `${LOOPBACK.test(registry) ? "http" : "https"}://${registry}/v2/${name}`;
  const login = dockerLogin(registry, env);
  let authorization = login;
  return async (path, accept) => {
    const ask = () => send(`${base}/${path}`, { ...(accept && { accept }), ...(authorization && { authorization }) });
    let answer = await ask();
    const challenge = answer.status === 401 ? answer.headers.get("www-authenticate") : null;
    if (challenge?.startsWith("Bearer ")) {
      authorization = `Bearer ${await token(challenge, login, registry)}`;
      answer = await ask();
    }
    if (answer.ok) return answer;
    throw new OperationError(
      `oci://${registry}/${name}: the registry answers ${answer.status} for ${path}`,
      answer.status === 404 ? "check the name, the tag or the digest" : "log in with 'docker login' or 'oras login'",
    );
  };
}

async function send(url: string, headers: Record<string, string>): Promise<Response> {
  try {
    return await fetch(url, { headers });
  } catch (error) {
    throw new OperationError(`${new URL(url).origin} cannot be reached`, "check the registry's name and the network", {
      cause: error,
    });
  }
}

const LOOPBACK = /^(localhost|127\.0\.0\.1)(:\d+)?$/;

/**
 * Follows `Bearer realm="...",service="...",scope="..."`. The registry chooses where, and the login goes there: never in
 * plain, which is also what a machine's own services (its metadata) speak.
 */
async function token(challenge: string, login: string | undefined, registry: string): Promise<string> {
  const fields = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
  const { realm = "", ...query } = fields as Record<string, string>;
  const at = URL.canParse(realm) ? new URL(realm) : undefined;
  if (at === undefined || (at.protocol !== "https:" && !(LOOPBACK.test(registry) && LOOPBACK.test(at.host))))
    throw new OperationError(
      `oci://${registry} sends logins to ${at?.origin ?? JSON.stringify(realm.slice(0, 60))}`,
      "do not use this registry: a login goes to https only",
    );
  const answer = await send(`${realm}?${new URLSearchParams(query)}`, login ? { authorization: login } : {});
  const body = (await answer.json().catch(() => ({}))) as { token?: string; access_token?: string };
  const value = body.token ?? body.access_token;
  if (!answer.ok || value === undefined)
    throw new OperationError(
      `${at.origin} gives no token (${answer.status})`,
      "log in with 'docker login' or 'oras login'",
    );
  registerSecret(value);
  return value;
}

/** The login that `docker login` stored in the plain file; credential helpers are not asked. */
function dockerLogin(registry: string, env: NodeJS.ProcessEnv): string | undefined {
  const file = join(env.DOCKER_CONFIG ?? join(homedir(), ".docker"), "config.json");
  try {
    const auth = (JSON.parse(readFileSync(file, "utf8")) as { auths?: Record<string, { auth?: string }> }).auths?.[
      registry
    ]?.auth;
    if (auth === undefined) return undefined;
    registerSecret(auth);
    return `Basic ${auth}`;
  } catch {
    return undefined; // no file: the registry is asked without a login
  }
}
