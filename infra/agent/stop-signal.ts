/** Aborts when the kubelet (SIGTERM) or a terminal (SIGINT) wants this process to end. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => stop.abort());
  return stop.signal;
}
