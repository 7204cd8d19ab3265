const MASK = "[secret]";
const secrets = new Set<string>();

/** Everything a command prints passes through `redact`; whoever reads a secret registers it here first. */
export function registerSecret(value: string): void {
  if (value.length >= 8) secrets.add(value);
}

/** The text with every registered secret masked. */
export function redact(text: string): string {
  let out = text;
  for (const secret of secrets) out = out.split(secret).join(MASK);
  return out;
}
